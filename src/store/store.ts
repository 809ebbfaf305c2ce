import type { Contents } from './contents.js'
import type { SessionCountReads, SessionCountWrites } from './counts/session-counts.js'
import type { DeploymentReads, DeploymentWrites } from './deployments.js'
import type { EventReads, EventWrites } from './events.js'
import type { FlowReads, FlowWrites } from './flows.js'
import type { IdempotencyKeys } from './idempotency-keys.js'
import type { ApiKeyReads, ApiKeyWrites, EphemeralKeyReads, EphemeralKeyWrites } from './keys.js'
import type { AuditLogReads, AuditLogWrites } from './people/audit-log.js'
import type { ReviewReads, ReviewWrites } from './people/reviews.js'
import type { SignInReads, SignInWrites } from './people/sign-ins.js'
import type { RateLimits } from './rate-limits.js'
import type { ReportReads, ReportWrites } from './reports.js'
import type { SessionReads, SessionWrites } from './sessions.js'
import type { StateReads, StateWrites } from './state.js'
import type { DeliveryReads, DeliveryWrites, WebhookEndpointReads, WebhookEndpointWrites } from './webhooks.js'
import type { WorkReads, WorkWrites } from './work.js'

/**
 * The port to the store, which keeps flows, their versions, deployments, sessions and keys. It has no rules; those are
 * in service/operations. Times are unix seconds. Every record belongs to one mode, and every query names its mode.
 */
export interface Store {
  /** For people: "embedded store .flows/store.sqlite". */
  readonly label: string
  /** Runs `work` on one snapshot: it sees one state of the whole store, whatever others write. */
  read<T>(work: (tx: ReadTransaction) => Promise<T>): Promise<T>
  /**
   * Runs `work` in one transaction: all its writes are kept when it resolves, and none when it throws. After a conflict
   * with other work it may run again, so it must only read and write the store.
   */
  write<T>(work: (tx: WriteTransaction) => Promise<T>): Promise<T>
  /** Outside transactions: counting requests does not wait for writes of flows. */
  readonly rateLimits: RateLimits
  close(): Promise<void>
}

export interface ReadTransaction {
  readonly state: StateReads
  readonly flows: FlowReads
  readonly deployments: DeploymentReads
  readonly sessions: SessionReads
  readonly sessionCounts: SessionCountReads
  readonly reports: ReportReads
  readonly reviews: ReviewReads
  readonly events: EventReads
  readonly webhookEndpoints: WebhookEndpointReads
  readonly deliveries: DeliveryReads
  readonly apiKeys: ApiKeyReads
  readonly ephemeralKeys: EphemeralKeyReads
  readonly signIns: SignInReads
  readonly auditLog: AuditLogReads
  readonly work: WorkReads
  readonly contents: Pick<Contents, 'batches' | 'isEmpty'>
}

export interface WriteTransaction extends ReadTransaction {
  /** Other transactions that lock the same name wait until this one ends. */
  lock(name: string): Promise<void>
  /** Like `lock`, but answers false at once when another transaction holds the name. */
  tryLock(name: string): Promise<boolean>
  readonly state: StateReads & StateWrites
  readonly flows: FlowReads & FlowWrites
  readonly deployments: DeploymentReads & DeploymentWrites
  readonly sessions: SessionReads & SessionWrites
  readonly sessionCounts: SessionCountReads & SessionCountWrites
  readonly reports: ReportReads & ReportWrites
  readonly reviews: ReviewReads & ReviewWrites
  readonly events: EventReads & EventWrites
  readonly webhookEndpoints: WebhookEndpointReads & WebhookEndpointWrites
  readonly deliveries: DeliveryReads & DeliveryWrites
  readonly apiKeys: ApiKeyReads & ApiKeyWrites
  readonly ephemeralKeys: EphemeralKeyReads & EphemeralKeyWrites
  readonly signIns: SignInReads & SignInWrites
  readonly auditLog: AuditLogReads & AuditLogWrites
  readonly idempotency: IdempotencyKeys
  readonly work: WorkReads & WorkWrites
  readonly contents: Contents
}
