import { FormToken, type Frame } from '../frame.js'

interface SureProps {
  readonly frame: Frame
  readonly action: string
  readonly text: string
  readonly what: string
}

/** What cannot be undone is asked for twice: by opening it, and by a tick. */
export function Sure({ frame, action, text, what }: SureProps) {
  return (
    <details>
      <summary>{text}</summary>
      <form method="post" action={action}>
        <FormToken of={frame} />
        <p>{what}</p>
        <label class="form-check">
          <input class="form-check-input" type="checkbox" name="sure" value="yes" required /> I am sure
        </label>
        <button class="btn btn-danger" type="submit">
          {text}
        </button>
      </form>
    </details>
  )
}
