import type { Contents } from './contents.js'
import type { DeploymentReads, DeploymentWrites } from './deployments.js'
import type { EventReads, EventWrites } from './events.js'
import type { FlowReads, FlowWrites } from './flows.js'
import type { IdempotencyKeys } from './idempotency-keys.js'
import type { ApiKeyReads, ApiKeyWrites, EphemeralKeyReads, EphemeralKeyWrites } from './keys.js'
import type { RateLimits } from './rate-limits.js'
import type { ReportReads, ReportWrites } from './reports.js'
import type { SessionReads, SessionWrites } from './sessions.js'
import type { StateReads, StateWrites } from './state.js'
import type { DeliveryReads, DeliveryWrites, WebhookEndpointReads, WebhookEndpointWrites } from './webhooks.js'
import type { WorkReads, WorkWrites } from './work.js'

/**
 * The port to the store: where flows, their versions, deployments, sessions and keys are kept. It keeps no rules; those
 * are in service/operations. Times are unix seconds. Every record belongs to one mode, and every query names its mode.
 */
export interface Store {
  /** For people: "embedded store .flows/store.sqlite". */
  readonly label: string
  /** Runs `work` on one snapshot: whatever others write meanwhile, it sees one state of the whole store. */
  read<T>(work: (tx: ReadTransaction) => Promise<T>): Promise<T>
  /**
   * Runs `work` in one transaction: what it wrote is kept whole when it resolves, and dropped whole when it throws. Work
   * that was in the way of other work is dropped and run again, so it does nothing but read and write.
   */
  write<T>(work: (tx: WriteTransaction) => Promise<T>): Promise<T>
  /** Outside transactions: nobody who counts requests waits for who writes flows. */
  readonly rateLimits: RateLimits
  close(): Promise<void>
}

export interface ReadTransaction {
  readonly state: StateReads
  readonly flows: FlowReads
  readonly deployments: DeploymentReads
  readonly sessions: SessionReads
  readonly reports: ReportReads
  readonly events: EventReads
  readonly webhookEndpoints: WebhookEndpointReads
  readonly deliveries: DeliveryReads
  readonly apiKeys: ApiKeyReads
  readonly ephemeralKeys: EphemeralKeyReads
  readonly work: WorkReads
  readonly contents: Pick<Contents, 'batches' | 'isEmpty'>
}

export interface WriteTransaction extends ReadTransaction {
  /** No other transaction that locks the same name goes on until this one ends. */
  lock(name: string): Promise<void>
  /** As `lock`, but false at once when another transaction holds the name. */
  tryLock(name: string): Promise<boolean>
  readonly state: StateReads & StateWrites
  readonly flows: FlowReads & FlowWrites
  readonly deployments: DeploymentReads & DeploymentWrites
  readonly sessions: SessionReads & SessionWrites
  readonly reports: ReportReads & ReportWrites
  readonly events: EventReads & EventWrites
  readonly webhookEndpoints: WebhookEndpointReads & WebhookEndpointWrites
  readonly deliveries: DeliveryReads & DeliveryWrites
  readonly apiKeys: ApiKeyReads & ApiKeyWrites
  readonly ephemeralKeys: EphemeralKeyReads & EphemeralKeyWrites
  readonly idempotency: IdempotencyKeys
  readonly work: WorkReads & WorkWrites
  readonly contents: Contents
}
