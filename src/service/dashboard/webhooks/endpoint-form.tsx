import { EVENT_TYPES, type WebhookEndpoint } from '../../../model/resources.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, FormToken, type Frame } from '../frame.js'
import { Fault } from '../parts/fault.js'

export interface EndpointFormView {
  /** The endpoint that is edited; null for a new one. */
  readonly endpoint: WebhookEndpoint | null
  readonly typed: EndpointTyped
  readonly fault: string | null
}

/** The fields of the form as text. */
export interface EndpointTyped {
  readonly url: string
  /** The form's own id; empty where an endpoint is edited. */
  readonly form: string
  /** One type a line. */
  readonly events: string
  readonly description: string
}

/** The form for a webhook endpoint, new or not. */
export function endpointForm(frame: Frame, { endpoint, typed, fault }: EndpointFormView): Page {
  const [title, action, from] =
    endpoint === null
      ? ([
          'New webhook endpoint',
          at(frame.mode, 'new-endpoint'),
          { href: at(frame.mode, 'webhooks'), text: 'All webhook endpoints' },
        ] as const)
      : ([
          'Edit the endpoint',
          at(frame.mode, 'webhooks', endpoint.id, 'edit'),
          { href: at(frame.mode, 'webhooks', endpoint.id), text: endpoint.url },
        ] as const)
  return dashboardPage(
    fault === null ? 200 : 400,
    frame,
    { title, within: 'webhooks', from },
    <form method="post" action={action} class="card card-body narrow">
      <FormToken of={frame} />
      {endpoint === null ? (
        <input type="hidden" name="form" value={typed.form} />
      ) : (
        // Tells what the person changed from what somebody else changed meanwhile.
        <>
          <input type="hidden" name="base[url]" value={endpoint.url} />
          <input type="hidden" name="base[events]" value={endpoint.enabled_events.join(' ')} />
          <input type="hidden" name="base[description]" value={endpoint.description ?? ''} />
        </>
      )}
      <Fault text={fault} />
      <label>
        Address
        <input class="form-control" type="url" name="url" value={typed.url} maxLength={2048} required />
      </label>
      <label>
        Types of events; <code>*</code> for all of Stripe's
        <textarea class="form-control" name="events" rows={4} required value={typed.events} />
      </label>
      <details>
        <summary>All types that this service sends</summary>
        <p class="quiet">{EVENT_TYPES.join(', ')}</p>
      </details>
      <label>
        Description
        <input class="form-control" type="text" name="description" value={typed.description} maxLength={5000} />
      </label>
      <p class="quiet">Events hold personal data, such as the email address that a verification was created with.</p>
      <button class="btn btn-primary" type="submit">
        {endpoint === null ? 'Create' : 'Save'}
      </button>
    </form>,
  )
}
