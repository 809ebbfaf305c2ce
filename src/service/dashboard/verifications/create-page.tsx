import type { VerificationFlow } from '../../../model/resources.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, FormToken, type Frame } from '../frame.js'
import { Checks } from '../parts/checks.js'
import { Fault } from '../parts/fault.js'

export interface CreateView {
  readonly flow: VerificationFlow
  /** What was typed before, when something was wrong with it. */
  readonly typed: Readonly<Record<'email' | 'phone' | 'client_reference_id' | 'metadata', string>>
  readonly fault: string | null
}

/** The form for a verification that is started by hand. */
export function createPage(frame: Frame, { flow, typed, fault }: CreateView): Page {
  return dashboardPage(
    fault === null ? 200 : 400,
    frame,
    {
      title: `Verify somebody with ${flow.name}`,
      within: 'flows',
      from: { href: at(frame.mode, 'flows', flow.key), text: flow.name },
    },
    <form method="post" action={`${at(frame.mode, 'flows', flow.key)}/verify`} class="card card-body narrow">
      <FormToken of={frame} />
      <Checks of={flow} />
      <Fault text={fault} />
      <label>
        Email address, if known
        <input class="form-control" type="email" name="email" value={typed.email} maxLength={254} />
      </label>
      <label>
        Phone number, if known
        <input class="form-control" type="tel" name="phone" value={typed.phone} maxLength={100} />
      </label>
      <label>
        Your reference
        <input
          class="form-control"
          type="text"
          name="client_reference_id"
          value={typed.client_reference_id}
          maxLength={5000}
        />
      </label>
      <label>
        Metadata, one <code>name: value</code> a line
        <textarea class="form-control" name="metadata" rows={3} value={typed.metadata} />
      </label>
      <button class="btn btn-primary" type="submit">
        Create
      </button>
    </form>,
  )
}
