import type { ListObject, WebhookDelivery } from '../../../model/resources.js'
import type { DeliveryAttemptRecord, DeliveryClaim, DeliveryRecord } from '../../../store/webhooks.js'
import { ApiError, notFound } from '../../api-error.js'
import type { ReadCall, WriteCall } from '../calls/call.js'
import { type ListParams, listObject, pageOf, rangeOf } from '../calls/list.js'
import { toEvent } from '../events/events.js'
import { audit } from '../people/audit.js'
import { nextAttempt, PATIENCE } from './retry-schedule.js'
import { webhookSignature } from './webhook-signature.js'

const ENDPOINT = '/v1/webhook_deliveries'
const WHAT = 'webhook_delivery'
/** The lease of an attempt, in seconds: well above the time that an attempt may take. */
const LEASE = 30

export interface ListDeliveriesParams extends ListParams {
  readonly event?: string | undefined
  readonly webhook_endpoint?: string | undefined
  readonly status?: DeliveryRecord['status'] | undefined
}

/** One attempt, ready to be sent. */
export interface Shipment {
  readonly delivery: DeliveryRecord
  readonly url: string
  readonly body: string
  /** For the `Stripe-Signature` header. */
  readonly signature: string
}

export interface Claimed {
  readonly shipments: readonly Shipment[]
  /** Nothing was due. */
  readonly isEmpty: boolean
}

/** How an attempt ended. */
export type SendOutcome = Pick<DeliveryAttemptRecord, 'duration' | 'response_status' | 'error'>

/** Whether there is anything to claim. A look is cheap; a claim makes other writers wait. */
export async function hasDueDeliveries({ tx, now }: ReadCall, except: readonly string[]): Promise<boolean> {
  return tx.deliveries.hasDue({ now, except })
}

/**
 * Begins due attempts and builds what is sent: the event as it is now, so that redacted data never leaves. Deliveries
 * to a deleted or disabled endpoint are given up.
 */
export async function claimDeliveries(
  { tx, now, eventVersion }: WriteCall,
  { limit, roomOf, except }: Pick<DeliveryClaim, 'limit' | 'roomOf' | 'except'>,
): Promise<Claimed> {
  const leaseUntil = now + LEASE
  const claimed = await tx.deliveries.claim({ now, leaseUntil, limit, roomOf, patience: PATIENCE, except })
  const pending = await tx.events.pendingWebhooks([...new Set(claimed.map(({ event }) => event))])
  const shipments: Shipment[] = []
  for (const delivery of claimed) {
    const { livemode, endpoint: endpointId, event: eventId } = delivery
    const endpoint = await tx.webhookEndpoints.byId(livemode, endpointId)
    const event = await tx.events.byId(livemode, eventId)
    if (endpoint?.status !== 'enabled' || event === undefined) {
      const attempt = attemptOf(delivery, { duration: 0, response_status: null, error: 'canceled' })
      await tx.deliveries.settle(attempt, { status: 'canceled', next_attempt: null })
      continue
    }
    const apiVersion = endpoint.api_version ?? eventVersion
    const body = JSON.stringify(toEvent(event, { apiVersion, pendingWebhooks: pending.get(event.id) ?? 0 }))
    shipments.push({ delivery, url: endpoint.url, body, signature: webhookSignature(endpoint.secret, body, now) })
  }
  return { shipments, isEmpty: claimed.length === 0 }
}

/** Records how an attempt ended, and when the next one is due. Only 2xx is success. Answers the new status. */
export async function settleDelivery(
  { tx, now }: WriteCall,
  delivery: DeliveryRecord,
  outcome: SendOutcome,
): Promise<DeliveryRecord['status']> {
  const { response_status: code } = outcome
  const isDone = code !== null && code >= 200 && code < 300
  const next = isDone ? null : nextAttempt(delivery.livemode, delivery.attempts, now)
  const status = isDone ? 'succeeded' : next === null ? 'failed' : 'pending'
  const makesRoom = delivery.attempts >= PATIENCE
  await tx.deliveries.settle(attemptOf(delivery, outcome), { status, next_attempt: next, makesRoom })
  return status
}

function attemptOf(delivery: DeliveryRecord, outcome: SendOutcome): Omit<DeliveryAttemptRecord, 'started'> {
  return { delivery: delivery.id, number: delivery.attempts, ...outcome }
}

export async function retrieveDelivery({ tx, livemode }: ReadCall, id: string): Promise<WebhookDelivery> {
  const delivery = await tx.deliveries.byId(livemode, id)
  if (delivery === undefined) throw notFound(WHAT, id, 'webhook_delivery')
  return toResource(delivery, await tx.deliveries.attempts([id]))
}

export async function listDeliveries(
  { tx, livemode }: ReadCall,
  params: ListDeliveriesParams = {},
): Promise<ListObject<WebhookDelivery>> {
  const page = await pageOf(params, WHAT, async (id) => (await tx.deliveries.byId(livemode, id)) !== undefined)
  const { event, webhook_endpoint: endpoint, status, created } = params
  const deliveries = await tx.deliveries.list(livemode, { event, endpoint, status, created: rangeOf(created) }, page)
  const attempts = await tx.deliveries.attempts(deliveries.data.map(({ id }) => id))
  return listObject(ENDPOINT, deliveries, (delivery) => toResource(delivery, attempts))
}

/** Sends again at once, whatever the status of the delivery. A delivery that is being sent right now stays as it is. */
export async function resendDelivery(call: WriteCall, id: string): Promise<WebhookDelivery> {
  const { tx, livemode, now } = call
  const delivery = await tx.deliveries.byId(livemode, id)
  if (delivery === undefined) throw notFound(WHAT, id, 'webhook_delivery')
  const endpoint = await tx.webhookEndpoints.byId(livemode, delivery.endpoint)
  if (endpoint === undefined) throw notFound(WHAT_ENDPOINT, delivery.endpoint, WHAT_ENDPOINT)
  if (endpoint.status === 'disabled') {
    const message = `The webhook endpoint '${endpoint.id}' of this delivery is disabled: enable it first, with disabled=false.`
    throw new ApiError(400, { code: 'webhook_endpoint_disabled', param: WHAT_ENDPOINT, message })
  }
  await tx.deliveries.resend(id, now)
  await audit(call, { action: 'webhook_delivery.resent', object: id })
  call.wake()
  return retrieveDelivery(call, id)
}

const WHAT_ENDPOINT = 'webhook_endpoint'

function toResource(delivery: DeliveryRecord, attempts: readonly DeliveryAttemptRecord[]): WebhookDelivery {
  return {
    id: delivery.id,
    object: 'webhook_delivery',
    attempts: attempts
      .filter((attempt) => attempt.delivery === delivery.id)
      .map(({ delivery: _, ...attempt }) => attempt),
    created: delivery.created,
    event: delivery.event,
    livemode: delivery.livemode,
    next_attempt: delivery.next_attempt,
    status: delivery.status,
    webhook_endpoint: delivery.endpoint,
  }
}
