import { EVENT_TYPES, type Event, type EventType, type ListObject } from '../../../model/resources.js'
import type { EventRecord } from '../../../store/events.js'
import { invalid, invalidValue, notFound } from '../../api-error.js'
import type { ReadCall, WriteCall } from '../calls/call.js'
import { type ListParams, listObject, pageOf, rangeOf } from '../calls/list.js'

const ENDPOINT = '/v1/events'
export const MOST_TYPES = 20
/** An endpoint with "*" gets every type except this one, which must be named, as at Stripe. */
const ONLY_BY_NAME: EventType = 'identity.verification_session.redacted'
/** What the types of this service begin with: Stripe has no such type. */
const OWN = 'verification_flows.'
/** What an endpoint asks for to get every type of this service. */
export const EVERY_OWN_TYPE = `${OWN}*`

export interface ListEventsParams extends ListParams {
  /** One type, or a group of them: "identity.*". */
  readonly type?: string | undefined
  readonly types?: readonly string[] | null | undefined
  /** Whether every endpoint that wants the event has received it. */
  readonly delivery_success?: boolean | null | undefined
}

/** Events before which their object has none. */
const FIRST: readonly EventType[] = [
  'identity.verification_session.created',
  'verification_flows.api_key.expiring',
  'verification_flows.deployment.applied',
]

/**
 * Records an event and its deliveries to webhook endpoints in the transaction of the change itself, so neither exists
 * without the other. The transaction holds the object, so its events and deliveries are in order by time and by id,
 * even if the clocks of processes differ.
 */
export async function recordEvent(
  call: WriteCall,
  type: EventType,
  object: { readonly id: string } & object,
): Promise<void> {
  const { tx, livemode, now } = call
  const isFirst = FIRST.includes(type)
  const before = isFirst ? undefined : await tx.events.newestOf(object.id)
  const endpoints = (await tx.webhookEndpoints.enabled(livemode)).filter(({ enabled_events }) =>
    wants(enabled_events, type),
  )
  const addressed = endpoints.map((endpoint) => ({ id: call.id('whd', before?.id), endpoint }))
  const created = Math.max(now, before?.created ?? 0)
  const event: EventRecord = {
    // Made after the deliveries' ids, so a later event sorts after this event and its deliveries.
    id: call.id('evt', before?.id),
    livemode,
    type,
    object: object.id,
    data: { ...object },
    request: call.request ?? null,
    created,
  }
  await tx.events.insert(event)
  if (addressed.length === 0) return
  const deliveries = addressed.map(({ id, endpoint }) => ({
    id,
    livemode,
    event: event.id,
    object: object.id,
    endpoint: endpoint.id,
    status: 'pending' as const,
    attempts: 0,
    next_attempt: now,
    leased_until: null,
    created,
  }))
  if (isFirst) await tx.deliveries.insertFirst(deliveries)
  else await tx.deliveries.insert(deliveries)
  call.wake()
}

/** "*" leaves out the types of this service: an application that was written for Stripe does not know them. */
function wants(enabledEvents: readonly string[], type: EventType): boolean {
  const group = type.startsWith(OWN) ? EVERY_OWN_TYPE : '*'
  return enabledEvents.includes(type) || (enabledEvents.includes(group) && type !== ONLY_BY_NAME)
}

export async function retrieveEvent({ tx, livemode, eventVersion }: ReadCall, id: string): Promise<Event> {
  const event = await tx.events.byId(livemode, id)
  // Stripe calls this parameter "id" for events, unlike for other resources.
  if (event === undefined) throw notFound('event', id, 'id')
  const pending = await tx.events.pendingWebhooks([id])
  return toEvent(event, { apiVersion: eventVersion, pendingWebhooks: pending.get(id) ?? 0 })
}

export async function listEvents(
  { tx, livemode, eventVersion }: ReadCall,
  params: ListEventsParams = {},
): Promise<ListObject<Event>> {
  const page = await pageOf(params, 'event', async (id) => (await tx.events.byId(livemode, id)) !== undefined)
  const { delivery_success, created } = params
  const filter = {
    types: typesOf(params),
    delivery_success: delivery_success ?? undefined,
    created: rangeOf(created),
  }
  const events = await tx.events.list(livemode, filter, page)
  const pending = await tx.events.pendingWebhooks(events.data.map(({ id }) => id))
  return listObject(ENDPOINT, events, (event) =>
    toEvent(event, { apiVersion: eventVersion, pendingWebhooks: pending.get(event.id) ?? 0 }),
  )
}

/** An unknown type is not an error but gives an empty list, as at Stripe, whose types grow. */
function typesOf({ type, types }: ListEventsParams): readonly string[] | undefined {
  if (types != null && types.length > MOST_TYPES) {
    throw invalidValue('types', `Invalid types: at most ${MOST_TYPES}.`)
  }
  if (types != null && type !== undefined) {
    throw invalid('parameters_exclusive', 'types', 'You may give only one of type and types.')
  }
  if (type === undefined) return types == null || types.length === 0 ? undefined : types
  if (!type.includes('*')) return [type]
  if (!/^[a-z0-9_.]*\*$/.test(type)) {
    throw invalidValue('type', 'Invalid type: the * stands for the end of a type, as in identity.*')
  }
  const known = EVENT_TYPES.filter((one) => one.startsWith(type.slice(0, -1)))
  return known.length === 0 ? [type] : known
}

/** How an event is shown. `apiVersion` is the receiver's own version: clients refuse an event of another one. */
export interface ShownEvent {
  readonly apiVersion: string
  readonly pendingWebhooks: number
}

export function toEvent(event: EventRecord, { apiVersion, pendingWebhooks }: ShownEvent): Event {
  return {
    id: event.id,
    object: 'event',
    api_version: apiVersion,
    created: event.created,
    data: { object: event.data },
    livemode: event.livemode,
    pending_webhooks: pendingWebhooks,
    request: event.request,
    type: event.type as EventType,
  }
}
