import type { Page } from '../../pages/page.js'
import { at, dashboardPage, FormToken, type Frame } from '../frame.js'

export interface KeyFormView {
  /** Everything that a restricted key can be allowed. */
  readonly scopes: readonly string[]
  readonly typed: KeyTyped
  readonly fault: string | null
}

/** The fields of the form as text; lists have one item a line. */
export interface KeyTyped {
  readonly name: string
  /** Empty for a secret key, which may do everything. */
  readonly scopes: readonly string[]
  /** The day on which it ends, such as "2027-01-31"; empty for never. */
  readonly expires: string
  readonly project: string
  readonly flows: string
  readonly addresses: string
}

/** The form for a new API key. */
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
      {fault !== null && (
        <p class="alert alert-danger" role="alert">
          {fault}
        </p>
      )}
      <label>
        Name
        <input class="form-control" type="text" name="name" value={typed.name} maxLength={100} required />
      </label>
      <fieldset aria-describedby="scopes-hint">
        <legend>What it may do</legend>
        <p class="quiet" id="scopes-hint">
          Tick the least that its job needs. With nothing ticked it may do everything.
        </p>
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
        Ends on (UTC); empty for never
        <input class="form-control" type="date" name="expires" value={typed.expires} />
      </label>
      <label>
        Only flows of this project
        <input class="form-control" type="text" name="project" value={typed.project} maxLength={63} />
      </label>
      <label>
        Only these flows, a key a line; <code>*</code> stands for any characters
        <textarea class="form-control" name="flows" rows={2} value={typed.flows} />
      </label>
      <label>
        Only from these addresses, a range such as <code>10.0.0.0/8</code> a line
        <textarea class="form-control" name="addresses" rows={2} value={typed.addresses} />
      </label>
      <button class="btn btn-primary" type="submit">
        Create
      </button>
    </form>,
  )
}
