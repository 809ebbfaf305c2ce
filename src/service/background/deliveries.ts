import type { Metrics, WebhookResult } from '../metrics.js'
import {
  claimDeliveries,
  hasDueDeliveries,
  type SendOutcome,
  type Shipment,
  settleDelivery,
} from '../operations/webhooks/deliveries.js'
import { MOST_ENDPOINTS } from '../operations/webhooks/webhook-endpoints.js'
import type { WorkItem, WorkKind } from '../operations/work/work-kind.js'

/** The most requests to one endpoint at the same time, in one process. */
const MOST_PER_ENDPOINT = 8

export interface DeliveriesOptions {
  readonly send: (shipment: Shipment) => Promise<SendOutcome>
  readonly metrics: Metrics | undefined
}

/** The result of a delivery, in the words of the metrics. */
const RESULTS: Readonly<Record<string, WebhookResult>> = { succeeded: 'succeeded', pending: 'retry', failed: 'failed' }

interface Delivery extends WorkItem {
  readonly shipment: Shipment
}

/** Events on their way to webhook endpoints: each endpoint is a lane. */
export function deliveriesKind({ send, metrics }: DeliveriesOptions): WorkKind<Delivery> {
  return {
    name: 'webhooks',
    // The sum for all endpoints of both modes: endpoints that hang take no room from others.
    most: 2 * MOST_ENDPOINTS * MOST_PER_ENDPOINT,
    mostOfLane: MOST_PER_ENDPOINT,
    // On average one for each endpoint of both modes.
    mostOfClaim: 2 * MOST_ENDPOINTS,
    hasDue: hasDueDeliveries,
    async claim(call, { limit, roomOf, full }) {
      const { shipments, isEmpty } = await claimDeliveries(call, { limit, roomOf, except: full })
      const items = shipments.map((shipment) => {
        const { livemode, endpoint } = shipment.delivery
        return { shipment, livemode, lane: endpoint }
      })
      return { items, isEmpty }
    },
    async perform({ shipment }) {
      const outcome = await send(shipment)
      let status: string | undefined
      return {
        settle: async (call) => {
          status = await settleDelivery(call, shipment.delivery, outcome)
        },
        settled: () => metrics?.webhookAttempted(RESULTS[status ?? ''] ?? 'failed', (outcome.duration ?? 0) / 1000),
      }
    },
  }
}
