import type { Metrics, WebhookResult } from '../metrics.js'
import type { Caller, Service } from '../operations/call.js'
import {
  claimDeliveries,
  hasDueDeliveries,
  type SendOutcome,
  type Shipment,
  settleDelivery,
} from '../operations/deliveries.js'
import type { Job } from './job.js'

/** Requests under way at once, in one process. */
const MOST = 32
/** To one endpoint, so that one that hangs leaves room for the others; a claim may go beyond by its own size. */
const MOST_PER_ENDPOINT = 8
const MOST_PER_CLAIM = 8

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

const NOBODY: Caller = { livemode: false, actor: null }

/**
 * Sends what is due to webhook endpoints. An attempt is claimed in one transaction and settled in another: a process
 * that ends in between leaves a lease behind, and when that is over somebody begins the next attempt.
 */
export function webhooksJob({ service, send, onEnd, onFault, metrics }: WebhooksOptions): Job {
  const underWay = new Map<Promise<void>, string>()

  async function run(): Promise<boolean> {
    const room = MOST - underWay.size
    if (room <= 0) return false
    const except = busyEndpoints()
    if (!(await service.read(NOBODY, (call) => hasDueDeliveries(call, except)))) return false
    const wanted = { limit: Math.min(room, MOST_PER_CLAIM), except }
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

  function busyEndpoints(): string[] {
    const counts = new Map<string, number>()
    for (const endpoint of underWay.values()) counts.set(endpoint, (counts.get(endpoint) ?? 0) + 1)
    return [...counts].filter(([, count]) => count >= MOST_PER_ENDPOINT).map(([endpoint]) => endpoint)
  }

  async function settled(): Promise<void> {
    while (underWay.size > 0) await Promise.all(underWay.keys())
  }

  return { name: 'webhooks', run, settled }
}
