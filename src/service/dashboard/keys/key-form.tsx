import type { Page } from '../../pages/page.js'
import { at, dashboardPage, FormToken, type Frame } from '../frame.js'
import { Fault } from '../parts/fault.js'

export interface KeyFormView {
  /** Everything that a restricted key can be allowed. */
  readonly scopes: readonly string[]
  readonly typed: KeyTyped
  readonly fault: string | null
}

/** The fields of the form as text. */
export interface KeyTyped {
  /** The form's own id. */
  readonly form: string
  /** "everything", "some", or empty. */
  readonly may: string
  readonly name: string
  readonly scopes: readonly string[]
  /** The last day on which it works, such as "2027-01-31"; empty for no end. */
  readonly expires: string
  readonly project: string
  readonly flows: string
  readonly addresses: string
}

const MAY = [
  ['some', 'Only what is ticked below'],
  ['everything', 'Everything'],
] as const

/** The form for a new API key. Nobody gets more than is chosen by leaving something out. */
export function keyForm(frame: Frame, { scopes, typed, fault }: KeyFormView): Page {
  return dashboardPage(
    fault === null ? 200 : 400,
    frame,
    {
      title: `New ${frame.mode} API key`,
      within: 'keys',
      from: { href: at(frame.mode, 'keys'), text: 'All API keys' },
    },
    <form method="post" action={at(frame.mode, 'new-key')} class="card card-body narrow">
      <FormToken of={frame} />
      <input type="hidden" name="form" value={typed.form} />
      <Fault text={fault} />
      <label>
        Name
        <input class="form-control" type="text" name="name" value={typed.name} maxLength={100} required />
      </label>
      <fieldset>
        <legend>What it may do</legend>
        {MAY.map(([value, what]) => (
          <label key={value} class="form-check">
            <input
              class="form-check-input"
              type="radio"
              name="may"
              value={value}
              required
              checked={typed.may === value}
            />{' '}
            {what}
          </label>
        ))}
      </fieldset>
      <fieldset>
        <legend>Tick the least that its job needs</legend>
        {scopes.map((one) => (
          <label key={one} class="form-check">
            <input
              class="form-check-input"
              type="checkbox"
              name="scopes[]"
              value={one}
              checked={typed.scopes.includes(one)}
            />{' '}
            {one}
          </label>
        ))}
      </fieldset>
      <label>
        Last day (UTC); empty for no end
        <input class="form-control" type="date" name="expires" value={typed.expires} />
      </label>
      <label>
        Only flows of this project
        <input class="form-control" type="text" name="project" value={typed.project} maxLength={63} />
      </label>
      <label>
        Only these flows, by their keys; <code>*</code> stands for any characters
        <textarea class="form-control" name="flows" rows={2} value={typed.flows} />
      </label>
      <label>
        Only from these addresses, or ranges such as <code>10.0.0.0/8</code>
        <textarea class="form-control" name="addresses" rows={2} value={typed.addresses} />
      </label>
      <button class="btn btn-primary" type="submit">
        Create
      </button>
    </form>,
  )
}
