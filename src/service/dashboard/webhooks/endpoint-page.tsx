import type { WebhookDelivery, WebhookEndpoint } from '../../../model/resources.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, FormToken, type Frame } from '../frame.js'
import { ChoiceFilter, Filters } from '../lists/filters.js'
import { Live } from '../lists/live.js'
import { Pages, type Paging } from '../lists/paging.js'
import { Facts } from '../parts/facts.js'
import { metadataText } from '../parts/metadata.js'
import { Sure } from '../parts/sure.js'
import { Time } from '../parts/time.js'
import { DeliveryTable } from './delivery-table.js'
import { EndpointStatus } from './endpoints-page.js'

export const DELIVERY_STATUSES = ['pending', 'succeeded', 'failed', 'canceled'] as const

export interface EndpointView {
  readonly endpoint: WebhookEndpoint
  readonly deliveries: readonly WebhookDelivery[]
  readonly paging: Paging
  /** The status that the deliveries are filtered by; empty for any. */
  readonly status: string
  /** Why nothing is listed; empty where that status is understood. */
  readonly faults: readonly string[]
}

/** One endpoint: what it gets, whether it gets it, and each webhook. Its secret is never shown. */
export function endpointPage(frame: Frame, { endpoint, deliveries, paging, status, faults }: EndpointView): Page {
  const { id, url, description, enabled_events: types, api_version: version, metadata, created } = endpoint
  const isEnabled = endpoint.status === 'enabled'
  return dashboardPage(
    200,
    frame,
    {
      title: url,
      within: 'webhooks',
      from: { href: at(frame.mode, 'webhooks'), text: 'All webhook endpoints' },
      actions: frame.may('webhooks:write') && (
        <a class="btn" href={at(frame.mode, 'webhooks', id, 'edit')}>
          Edit
        </a>
      ),
    },
    <div class="stack">
      <section class="card card-body" aria-label="What it is">
        <Facts
          of={[
            ['Id', <code key="id">{id}</code>],
            ['Status', <EndpointStatus key="status" of={endpoint.status} />],
            ['Description', description],
            ['Events', types.join(', ')],
            ['API version', version],
            ['Metadata', metadataText(metadata)],
            ['Created', <Time key="created" at={created} />],
          ]}
        />
        {frame.may('webhooks:write') && (
          <>
            <form method="post" action={at(frame.mode, 'webhooks', id, 'switch')}>
              <FormToken of={frame} />
              <input type="hidden" name="do" value={isEnabled ? 'disable' : 'enable'} />
              <button type="submit" class="btn">
                {isEnabled ? 'Disable the endpoint' : 'Enable the endpoint'}
              </button>{' '}
              {isEnabled && <span class="quiet">What it has not got yet is canceled.</span>}
            </form>
            <Sure
              frame={frame}
              action={at(frame.mode, 'webhooks', id, 'delete')}
              text="Delete the endpoint"
              what="It gets no more events. Its address and its secret are gone. The page of each event still says what it got."
            />
          </>
        )}
      </section>
      <section class="card" aria-labelledby="deliveries">
        <div class="card-body">
          <h2 id="deliveries">Deliveries</h2>
          <Filters frame={frame} filter={{ status }} faults={faults}>
            <ChoiceFilter
              label="Status"
              name="status"
              value={status}
              choices={[['', 'any'], ...DELIVERY_STATUSES.map((one) => [one, one] as const)]}
            />
          </Filters>
        </div>
        <Live frame={frame}>
          <DeliveryTable frame={frame} deliveries={deliveries} />
        </Live>
      </section>
      <Pages of={paging} />
    </div>,
  )
}
