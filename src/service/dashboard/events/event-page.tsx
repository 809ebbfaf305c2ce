import type { Event, WebhookDelivery } from '../../../model/resources.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, type Frame } from '../frame.js'
import { Live } from '../lists/live.js'
import { Facts } from '../parts/facts.js'
import { Time } from '../parts/time.js'
import { HIDDEN, withoutValues } from '../verifications/sensitive-values.js'
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
  const text = JSON.stringify(withoutValues(event), null, 2)
  const session = sessionOf(event)
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
          <h2 id="deliveries" class="card-body">
            Deliveries
          </h2>
          <Live frame={frame}>
            <DeliveryTable frame={frame} deliveries={deliveries} urls={urls} />
          </Live>
        </section>
      )}
      <section class="card card-body" aria-labelledby="data">
        <h2 id="data">What receivers get</h2>
        {text !== JSON.stringify(event, null, 2) && (
          <p class="quiet">
            Values that say who somebody is are {HIDDEN} here
            {session !== null && (
              <>
                ; <a href={at(frame.mode, 'verifications', session)}>the verification</a> shows them, one by one
              </>
            )}
            .
          </p>
        )}
        <pre class="yaml">{text}</pre>
      </section>
    </div>,
  )
}

/** The verification that the event is about; null if it is about something else. */
function sessionOf({ data }: Event): string | null {
  const { object, id, verification_session: session } = data.object as Readonly<Record<string, unknown>>
  const found = object === 'identity.verification_session' ? id : session
  return typeof found === 'string' ? found : null
}
