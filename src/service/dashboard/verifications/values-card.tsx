import { at, FormToken, type Frame } from '../frame.js'
import { type ValueName, valueWords } from './sensitive-values.js'

export interface Values {
  readonly offered: readonly ValueName[]
  /** The one that was asked for; null for none. Its text is null if there is no such value. */
  readonly shown: { readonly name: ValueName; readonly text: string | null } | null
}

interface Props {
  readonly frame: Frame
  readonly session: string
  readonly values: Values
}

/** What says who somebody is, hidden until it is asked for, one by one. */
export function ValuesCard({ frame, session, values: { offered, shown } }: Props) {
  if (offered.length === 0) return null
  return (
    <section class="card card-body" aria-labelledby="values">
      <h2 id="values">Personal data</h2>
      <p class="quiet">Whoever looks at a value is in the audit log with it.</p>
      <dl class="facts">
        {offered.map((name) => (
          <div key={name}>
            <dt>{valueWords(name)}</dt>
            <dd>
              {shown?.name === name ? (
                <output>{shown.text ?? 'There is none.'}</output>
              ) : (
                <form method="post" action={at(frame.mode, 'verifications', session)} class="hidden-value">
                  <FormToken of={frame} />
                  <input type="hidden" name="value" value={name} />
                  <span class="quiet">hidden</span>{' '}
                  <button type="submit" class="btn btn-sm">
                    Show<span class="visually-hidden"> {valueWords(name)}</span>
                  </button>
                </form>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
