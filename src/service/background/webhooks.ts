import type { Metrics, WebhookResult } from '../metrics.js'
import type { Caller, Service } from '../operations/calls/call.js'
import { SERVICE } from '../operations/calls/principal.js'
import {
  claimDeliveries,
  hasDueDeliveries,
  type SendOutcome,
  type Shipment,
  settleDelivery,
} from '../operations/webhooks/deliveries.js'
import { MOST_ENDPOINTS } from '../operations/webhooks/webhook-endpoints.js'
import type { Job } from './job.js'

/** Requests to one endpoint under way at once, in one process. */
const MOST_PER_ENDPOINT = 8
/** To all of them: what the endpoints of both modes may use together, so that those that hang take nothing from others. */
const MOST = 2 * MOST_ENDPOINTS * MOST_PER_ENDPOINT
/** Some for each endpoint of both modes. */
const MOST_PER_CLAIM = 2 * MOST_ENDPOINTS

export interface WebhooksOptions {
  readonly service: Service
  readonly send: (shipment: Shipment) => Promise<SendOutcome>
  /** Called when an attempt has ended: there is room for another one, or its successor may go. */
  readonly onEnd: () => void
  readonly onFault: (error: unknown) => void
  readonly metrics: Metrics | undefined
}

/** What became of a delivery, in the words of the figures. */
const RESULTS: Readonly<Record<string, WebhookResult>> = { succeeded: 'succeeded', pending: 'retry', failed: 'failed' }

const NOBODY: Caller = { livemode: false, principal: SERVICE }

/**
 * Sends what is due to webhook endpoints. An attempt is claimed in one transaction and settled in another: a process
 * that ends in between leaves a lease behind, and when that is over somebody begins the next attempt.
 */
export function webhooksJob({ service, send, onEnd, onFault, metrics }: WebhooksOptions): Job {
  const underWay = new Map<Promise<void>, string>()

  async function run(): Promise<boolean> {
    const room = MOST - underWay.size
    if (room <= 0) return false
    const counts = countByEndpoint()
    const roomOf = (endpoint: string) => MOST_PER_ENDPOINT - (counts.get(endpoint) ?? 0)
    const except = [...counts.keys()].filter((endpoint) => roomOf(endpoint) <= 0)
    if (!(await service.read(NOBODY, (call) => hasDueDeliveries(call, except)))) return false
    const wanted = { limit: Math.min(room, MOST_PER_CLAIM), roomOf, except }
    const { shipments, isEmpty } = await service.write(NOBODY, (call) => claimDeliveries(call, wanted))
    for (const shipment of shipments) begin(shipment)
    return !isEmpty
  }

  function begin(shipment: Shipment): void {
    const { delivery } = shipment
    const attempt = async () => {
      const outcome = await send(shipment)
      const caller = { ...NOBODY, livemode: delivery.livemode }
      const status = await service.write(caller, (call) => settleDelivery(call, delivery, outcome))
      metrics?.webhookAttempted(RESULTS[status] ?? 'failed', (outcome.duration ?? 0) / 1000)
    }
    const work = attempt()
      .catch(onFault)
      .then(() => {
        underWay.delete(work)
        onEnd()
      })
    underWay.set(work, delivery.endpoint)
  }

  function countByEndpoint(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    for (const endpoint of underWay.values()) counts.set(endpoint, (counts.get(endpoint) ?? 0) + 1)
    return counts
  }

  async function settled(): Promise<void> {
    while (underWay.size > 0) await Promise.all(underWay.keys())
  }

  return { name: 'webhooks', run, settled }
}
