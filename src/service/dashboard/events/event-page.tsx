import type { Event, WebhookDelivery } from '../../../model/resources.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, type Frame } from '../frame.js'
import { Facts } from '../parts/facts.js'
import { Live } from '../parts/live.js'
import { Time } from '../parts/time.js'
import { DeliveryTable } from '../webhooks/delivery-table.js'

export interface EventView {
  readonly event: Event
  /** null where the person may not see webhooks. */
  readonly deliveries: readonly WebhookDelivery[] | null
  /** Addresses of endpoints by id, those of deleted ones left out. */
  readonly urls: ReadonlyMap<string, string>
}

/** One event: what receivers get, and who got it. */
export function eventPage(frame: Frame, { event, deliveries, urls }: EventView): Page {
  const { id, type, created, request, api_version: version } = event
  return dashboardPage(
    200,
    frame,
    { title: type, within: 'events', from: { href: at(frame.mode, 'events'), text: 'All events' } },
    <div class="stack">
      <section class="card card-body" aria-label="What it is">
        <Facts
          of={[
            ['Id', <code key="id">{id}</code>],
            ['When', <Time key="when" at={created} />],
            ['Request', request?.id && <code key="request">{request.id}</code>],
            ['API version', version],
          ]}
        />
      </section>
      {deliveries !== null && (
        <section class="card" aria-labelledby="deliveries">
          <h2 id="deliveries" class="card-title">
            Deliveries
          </h2>
          <Live frame={frame}>
            <DeliveryTable frame={frame} deliveries={deliveries} urls={urls} />
          </Live>
        </section>
      )}
      <section class="card card-body" aria-labelledby="data">
        <h2 id="data">What receivers get</h2>
        <pre class="yaml">{JSON.stringify(event, null, 2)}</pre>
      </section>
    </div>,
  )
}
