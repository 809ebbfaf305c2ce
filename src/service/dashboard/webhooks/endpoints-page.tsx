import { Fragment } from 'preact'
import type { WebhookEndpoint } from '../../../model/resources.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, type Frame } from '../frame.js'
import { ListTable } from '../lists/list-table.js'
import { Live } from '../lists/live.js'
import { Pages, type Paging } from '../lists/paging.js'
import { Time } from '../parts/time.js'

export interface EndpointsView {
  readonly endpoints: readonly WebhookEndpoint[]
  readonly paging: Paging
}

/** Every webhook endpoint of the mode. */
export function endpointsPage(frame: Frame, { endpoints, paging }: EndpointsView): Page {
  return dashboardPage(
    200,
    frame,
    {
      title: 'Webhook endpoints',
      within: 'webhooks',
      actions: frame.may('webhooks:write') && (
        <a class="btn btn-primary" href={at(frame.mode, 'new-endpoint')}>
          New endpoint
        </a>
      ),
    },
    <>
      <Live frame={frame}>
        <div class="card">
          {endpoints.length === 0 ? (
            <p class="quiet empty-list">
              There is none. "New endpoint" makes one, or <code>POST /v1/webhook_endpoints</code> as at Stripe.
            </p>
          ) : (
            <ListTable
              columns={['Address', 'Status', 'Events', 'Created']}
              rows={endpoints.map(({ id, url, status, description, enabled_events, created }) => ({
                id,
                cells: [
                  <Fragment key="address">
                    <a href={at(frame.mode, 'webhooks', id)}>{url}</a>
                    {description !== null && <div class="quiet">{description}</div>}
                  </Fragment>,
                  <EndpointStatus key="status" of={status} />,
                  enabled_events.join(', '),
                  <Time key="created" at={created} />,
                ],
              }))}
            />
          )}
        </div>
      </Live>
      <Pages of={paging} />
    </>,
  )
}

export function EndpointStatus({ of }: { readonly of: WebhookEndpoint['status'] }) {
  return <span class={`tone ${of === 'enabled' ? 'good' : 'over'}`}>{of}</span>
}
