import { Fragment } from 'preact'
import type { WebhookDelivery } from '../../../model/resources.js'
import { plural } from '../../../text/text.js'
import { at, FormToken, type Frame } from '../frame.js'
import { ListTable } from '../lists/list-table.js'
import { Time } from '../parts/time.js'

interface Props {
  readonly frame: Frame
  readonly deliveries: readonly WebhookDelivery[]
  /** Addresses of endpoints by id; without them, the table is of one endpoint and names the events. */
  readonly urls?: ReadonlyMap<string, string>
}

const TONES: Readonly<Record<WebhookDelivery['status'], string>> = {
  pending: 'waiting',
  succeeded: 'good',
  failed: 'bad',
  canceled: 'over',
}

/** Webhooks, each with its attempts; and a button that sends it again. */
export function DeliveryTable({ frame, deliveries, urls }: Props) {
  if (deliveries.length === 0) return <p class="quiet empty-list">There is none.</p>
  const maySend = frame.may('webhooks:write')
  return (
    <ListTable
      columns={[
        urls === undefined ? 'Event' : 'Endpoint',
        'Status',
        'Attempts',
        'Created',
        ...(maySend ? ['Again'] : []),
      ]}
      rows={deliveries.map((delivery) => ({
        id: delivery.id,
        cells: [
          urls === undefined ? (
            <EventName frame={frame} id={delivery.event} />
          ) : (
            <EndpointName frame={frame} id={delivery.webhook_endpoint} url={urls.get(delivery.webhook_endpoint)} />
          ),
          <Fragment key="status">
            <span class={`tone ${TONES[delivery.status]}`}>{delivery.status}</span>
            {delivery.next_attempt !== null && (
              <div class="quiet">
                next: <Time at={delivery.next_attempt} />
              </div>
            )}
          </Fragment>,
          <Attempts key="attempts" of={delivery.attempts} />,
          <Time key="created" at={delivery.created} />,
          ...(maySend
            ? [
                (urls?.has(delivery.webhook_endpoint) ?? true) && (
                  <form
                    key="again"
                    method="post"
                    action={at(frame.mode, 'webhooks', delivery.webhook_endpoint, 'resend')}
                  >
                    <FormToken of={frame} />
                    <input type="hidden" name="delivery" value={delivery.id} />
                    <button type="submit" class="btn btn-sm" aria-label={`Send ${delivery.event} again`}>
                      Send again
                    </button>
                  </form>
                ),
              ]
            : []),
        ],
      }))}
    />
  )
}

function EndpointName({
  frame,
  id,
  url,
}: {
  readonly frame: Frame
  readonly id: string
  readonly url?: string | undefined
}) {
  if (url !== undefined) return <a href={at(frame.mode, 'webhooks', id)}>{url}</a>
  return (
    <>
      <code>{id}</code>
      <div class="quiet">deleted</div>
    </>
  )
}

function EventName({ frame, id }: { readonly frame: Frame; readonly id: string }) {
  const name = <code>{id}</code>
  return frame.may('events:read') ? <a href={at(frame.mode, 'events', id)}>{name}</a> : name
}

function Attempts({ of }: { readonly of: WebhookDelivery['attempts'] }) {
  const last = of.at(-1)
  if (last === undefined) return <span class="quiet">none yet</span>
  return (
    <>
      {plural(of.length, 'attempt')}
      <div class="quiet">
        last: {last.response_status ?? last.error ?? 'under way'}
        {last.duration !== null && `, ${last.duration} ms`}
      </div>
    </>
  )
}
