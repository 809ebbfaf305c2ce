import type { WebhookEndpoint } from '../../../model/resources.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, FormToken, type Frame } from '../frame.js'

export interface EndpointFormView {
  /** The endpoint that is edited; null for a new one. */
  readonly endpoint: WebhookEndpoint | null
  readonly typed: EndpointTyped
  readonly fault: string | null
}

/** The fields of the form as text. */
export interface EndpointTyped {
  readonly url: string
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
      {fault !== null && (
        <p class="alert alert-danger" role="alert">
          {fault}
        </p>
      )}
      <label>
        Address
        <input class="form-control" type="url" name="url" value={typed.url} maxLength={2048} required />
      </label>
      <label>
        Types of events, one a line; <code>*</code> for all of Stripe's
        <textarea class="form-control" name="events" rows={4} required value={typed.events} />
      </label>
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
