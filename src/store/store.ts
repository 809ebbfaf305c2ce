import type { FlowConfig, FlowKey } from '../model/flow.js'
import type { Outcome } from '../model/outcome.js'
import type { ReportChecks, SessionError, SessionOptions, SessionStatus, VerifiedOutputs } from '../model/resources.js'
import type { DeployedChange, Deployment } from '../model/schema-types.js'

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
  readonly idempotency: IdempotencyKeys
  readonly contents: Contents
}

/** Which page of a list, newest first. The cursors are ids; at most one of them is given. */
export interface Page {
  readonly limit: number
  readonly starting_after?: string | undefined
  readonly ending_before?: string | undefined
}

export interface PageOf<T> {
  readonly data: readonly T[]
  /** Whether more records lie beyond this page, in the direction of the cursor. */
  readonly has_more: boolean
}

export interface CreatedRange {
  readonly gt?: number | undefined
  readonly gte?: number | undefined
  readonly lt?: number | undefined
  readonly lte?: number | undefined
}

// State

export interface StateTag {
  /** Made at random with the store: a store deleted and made again is another one. */
  readonly store_id: string
  /** +1 with every write to any flow of the mode. */
  readonly revision: number
  /** Random, new with every revision: a store put back from a backup never repeats a tag with another content. */
  readonly nonce: string
}

export interface StateReads {
  tag(livemode: boolean): Promise<StateTag>
  /** Made at random with the store; what links and client secrets are signed with. */
  signingSecret(): Promise<string>
}

export interface StateWrites {
  /**
   * Lets no other transaction write flows of this mode until this one ends. Every operation that writes flows calls
   * it before it reads what it decides upon.
   */
  lock(livemode: boolean): Promise<void>
  /** Marks that flows of this mode were written. */
  advance(livemode: boolean): Promise<void>
}

// Flows

export interface FlowRecord {
  readonly id: string
  readonly livemode: boolean
  readonly key: FlowKey
  readonly project: string | null
  readonly status: 'active' | 'archived'
  readonly version: number
  readonly config: FlowConfig
  /** What the last deployment wrote; null when none ever did. */
  readonly applied: FlowConfig | null
  /** The status that the last deployment left; null when none ever did. */
  readonly applied_status: 'active' | 'archived' | null
  /** The key that the last deployment left; null when none ever did. */
  readonly applied_key: FlowKey | null
  readonly link_token: string
  readonly created: number
  readonly updated: number
  readonly updated_by: string | null
}

/** What a flow was from one version on, and who made it so. Never changed, never deleted. */
export interface FlowVersionRecord {
  readonly flow: string
  readonly version: number
  readonly action: string
  readonly key: FlowKey
  readonly project: string | null
  readonly status: FlowRecord['status']
  readonly config: FlowConfig
  readonly actor: string | null
  readonly deployment: string | null
  readonly created: number
}

export interface FlowFilter {
  readonly key?: string | undefined
  readonly project?: string | undefined
  readonly status?: FlowRecord['status'] | undefined
  readonly created?: CreatedRange | undefined
}

export interface FlowReads {
  byId(livemode: boolean, id: string): Promise<FlowRecord | undefined>
  /** Of either mode: the token says which flow, and the flow says which mode. */
  byLinkToken(token: string): Promise<FlowRecord | undefined>
  byKey(livemode: boolean, key: FlowKey): Promise<FlowRecord | undefined>
  /** Flows with any of these ids or any of these keys; in no order. */
  byIdsOrKeys(livemode: boolean, ids: readonly string[], keys: readonly FlowKey[]): Promise<FlowRecord[]>
  /** Every flow of the mode, in no order. */
  all(livemode: boolean): Promise<FlowRecord[]>
  list(livemode: boolean, filter: FlowFilter, page: Page): Promise<PageOf<FlowRecord>>
  /** Newest first. The cursors are versions. */
  versions(flow: string, page: VersionPage): Promise<PageOf<FlowVersionRecord>>
}

export interface VersionPage {
  readonly limit: number
  readonly starting_after?: number | undefined
  readonly ending_before?: number | undefined
}

export interface FlowWrites {
  /**
   * Inserts flows or replaces them, found by id, and records one version of each. Keys may move between the flows given,
   * in a circle too. Throws when a key belongs to a flow that is not among them.
   */
  save(flows: readonly FlowRecord[], versions: readonly FlowVersionRecord[]): Promise<void>
}

// Deployments

export type DeploymentSummary = Omit<Deployment, 'changes'> & {
  /** How many flows each action concerned. */
  readonly summary: Readonly<Record<DeployedChange['action'], number>>
}

export interface DeploymentReads {
  byId(livemode: boolean, id: string): Promise<Deployment | undefined>
  byDigest(livemode: boolean, project: string, planDigest: string): Promise<Deployment | undefined>
  /** Id of the deployment that the project wrote last in this mode, whatever the clock said then. */
  last(livemode: boolean, project: string): Promise<string | null>
  list(livemode: boolean, filter: DeploymentFilter, page: Page): Promise<PageOf<DeploymentSummary>>
}

export interface DeploymentFilter {
  readonly project?: string | undefined
  readonly created?: CreatedRange | undefined
}

export interface DeploymentWrites {
  insert(deployment: Deployment): Promise<void>
}

// Sessions

export interface SessionRecord {
  readonly id: string
  readonly livemode: boolean
  readonly flow: string | null
  readonly flow_version: number | null
  readonly type: 'document' | 'id_number' | 'verification_flow'
  readonly status: SessionStatus
  readonly options: SessionOptions
  readonly metadata: Readonly<Record<string, string>>
  readonly client_reference_id: string | null
  readonly provided_details: { readonly email?: string; readonly phone?: string } | null
  readonly related_customer: string | null
  readonly related_customer_account: string | null
  readonly related_person: { readonly account: string; readonly person: string } | null
  readonly return_url: string | null
  readonly last_error: SessionError | null
  /** Id of the newest report. */
  readonly last_report: string | null
  readonly verified_outputs: VerifiedOutputs | null
  readonly verified_at: number | null
  readonly redaction: 'processing' | 'redacted' | null
  /** How often it was submitted: the address and the client secret of an earlier attempt are dead. */
  readonly attempt: number
  /** What the verifier will say of a session that is processing. */
  readonly outcome: Outcome | null
  /** When the service has to go on with the session by itself: to settle it, or to finish its redaction. */
  readonly due: number | null
  /** Digest of who came through the flow's static link, so that nobody gets two open sessions; null for all others. */
  readonly link_visitor: string | null
  readonly created: number
}

export interface SessionFilter {
  /** The flow's id. */
  readonly flow?: string | undefined
  readonly client_reference_id?: string | undefined
  readonly related_customer?: string | undefined
  readonly related_customer_account?: string | undefined
  readonly status?: SessionRecord['status'] | undefined
  readonly created?: CreatedRange | undefined
}

export interface SessionReads {
  byId(livemode: boolean, id: string): Promise<SessionRecord | undefined>
  /** The newest session that still awaits this visitor of a static link. */
  openOf(livemode: boolean, linkVisitor: string): Promise<SessionRecord | undefined>
  /** Sessions of both modes that are due by then, the longest due first. */
  due(by: number, limit: number): Promise<Pick<SessionRecord, 'id' | 'livemode'>[]>
  list(livemode: boolean, filter: SessionFilter, page: Page): Promise<PageOf<SessionRecord>>
  /** Number of sessions created from each flow since a time; flows without any are left out. */
  countByFlow(livemode: boolean, since: number): Promise<ReadonlyMap<string, number>>
}

export interface SessionWrites {
  insert(session: SessionRecord): Promise<void>
  /** Lets no other transaction change the session until this one ends, and reads it as it is then. */
  toWrite(livemode: boolean, id: string): Promise<SessionRecord | undefined>
  /** Replaces the session, found by id. Its mode, flow and time of creation stay. */
  update(session: SessionRecord): Promise<void>
}

// Reports

export interface ReportRecord {
  readonly id: string
  readonly livemode: boolean
  readonly session: string
  readonly flow: string | null
  readonly type: SessionRecord['type']
  readonly client_reference_id: string | null
  readonly options: Pick<SessionOptions, 'document' | 'id_number'>
  readonly checks: ReportChecks
  readonly created: number
}

export interface ReportFilter {
  readonly session?: string | undefined
  readonly client_reference_id?: string | undefined
  readonly type?: ReportRecord['type'] | undefined
  readonly created?: CreatedRange | undefined
}

export interface ReportReads {
  byId(livemode: boolean, id: string): Promise<ReportRecord | undefined>
  byIds(livemode: boolean, ids: readonly string[]): Promise<ReportRecord[]>
  list(livemode: boolean, filter: ReportFilter, page: Page): Promise<PageOf<ReportRecord>>
}

export interface ReportWrites {
  insert(report: ReportRecord): Promise<void>
  /** Every report of a session, oldest first. */
  ofSession(session: string): Promise<ReportRecord[]>
  /** Replaces what the report says; for redaction. */
  update(report: Pick<ReportRecord, 'id' | 'checks'>): Promise<void>
}

// Events

/** Something that happened, written in the transaction in which it happened. */
export interface EventRecord {
  readonly id: string
  readonly livemode: boolean
  readonly type: string
  /** Id of what it happened to. */
  readonly object: string
  /** That object as it was then. */
  readonly data: Readonly<Record<string, unknown>>
  /** The request that made it happen; null when the service did so by itself. */
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null } | null
  readonly api_version: string | null
  readonly created: number
}

export interface EventFilter {
  readonly types?: readonly string[] | undefined
  /** Whether every webhook endpoint that wanted the event has it. */
  readonly delivery_success?: boolean | undefined
  readonly created?: CreatedRange | undefined
}

export interface EventReads {
  byId(livemode: boolean, id: string): Promise<EventRecord | undefined>
  list(livemode: boolean, filter: EventFilter, page: Page): Promise<PageOf<EventRecord>>
  /** How many endpoints do not have each of these events yet, or never got it; events that all have are left out. */
  pendingWebhooks(ids: readonly string[]): Promise<ReadonlyMap<string, number>>
}

export interface EventWrites {
  insert(event: EventRecord): Promise<void>
  /** Every event of an object, oldest first. */
  ofObject(object: string): Promise<EventRecord[]>
  /** Replaces what the event says of its object; for redaction. */
  update(event: Pick<EventRecord, 'id' | 'data'>): Promise<void>
  /** Drops at most `limit` events from before a time, with their deliveries. Answers how many. */
  forget(before: number, limit: number): Promise<number>
}

// Webhooks

export interface WebhookEndpointRecord {
  readonly id: string
  readonly livemode: boolean
  readonly url: string
  /** Types of events, or "*". */
  readonly enabled_events: readonly string[]
  readonly status: 'enabled' | 'disabled'
  /** What deliveries are signed with: it has to be kept as it is. */
  readonly secret: string
  readonly description: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly api_version: string | null
  readonly created: number
}

export interface WebhookEndpointReads {
  byId(livemode: boolean, id: string): Promise<WebhookEndpointRecord | undefined>
  list(livemode: boolean, page: Page): Promise<PageOf<WebhookEndpointRecord>>
  count(livemode: boolean): Promise<number>
  /** Every endpoint of the mode that is enabled. */
  enabled(livemode: boolean): Promise<WebhookEndpointRecord[]>
}

export interface WebhookEndpointWrites {
  insert(endpoint: WebhookEndpointRecord): Promise<void>
  /** Lets no other transaction change the endpoint until this one ends, and reads it as it is then. */
  toWrite(livemode: boolean, id: string): Promise<WebhookEndpointRecord | undefined>
  /** Replaces the endpoint, found by id. Its mode and time of creation stay. */
  update(endpoint: WebhookEndpointRecord): Promise<void>
  /** Deletes the endpoint. Its deliveries stay, for the record. */
  delete(id: string): Promise<void>
}

export const DELIVERY_STATUSES = ['pending', 'succeeded', 'failed', 'canceled'] as const

/** One event on its way to one endpoint. */
export interface DeliveryRecord {
  readonly id: string
  readonly livemode: boolean
  readonly event: string
  /** Id of what the event happened to: what concerns one object is sent in order where possible. */
  readonly object: string
  readonly endpoint: string
  readonly status: (typeof DELIVERY_STATUSES)[number]
  /** How many attempts have begun. */
  readonly attempts: number
  /** While pending: not before then. */
  readonly next_attempt: number | null
  /** While an attempt is under way: until then nobody else begins another one. */
  readonly leased_until: number | null
  readonly created: number
}

export interface DeliveryAttemptRecord {
  readonly delivery: string
  /** From 1 up. No two attempts of a delivery have one number. */
  readonly number: number
  readonly started: number
  /** Milliseconds; null while it is under way, and when its worker ended before the answer came. */
  readonly duration: number | null
  /** Of the answer; null when there was none. */
  readonly response_status: number | null
  /** Why there was no answer, as a word: "timeout", "ECONNREFUSED". */
  readonly error: string | null
}

export interface DeliveryFilter {
  readonly event?: string | undefined
  readonly endpoint?: string | undefined
  readonly status?: DeliveryRecord['status'] | undefined
  readonly created?: CreatedRange | undefined
}

/** Which deliveries may be sent now. */
export interface DueDeliveries {
  readonly now: number
  /** A delivery is not begun while an earlier one of its object to its endpoint is pending with fewer attempts than this. */
  readonly patience: number
  /** Endpoints that have enough to do already. */
  readonly except: readonly string[]
}

export interface DeliveryClaim extends DueDeliveries {
  /** Until then nobody else begins another attempt of what is claimed. */
  readonly leaseUntil: number
  readonly limit: number
}

export interface DeliveryReads {
  byId(livemode: boolean, id: string): Promise<DeliveryRecord | undefined>
  list(livemode: boolean, filter: DeliveryFilter, page: Page): Promise<PageOf<DeliveryRecord>>
  /** Whether a claim would find anything, in either mode. */
  hasDue(which: DueDeliveries): Promise<boolean>
  /** Every attempt of these deliveries, in order. */
  attempts(deliveries: readonly string[]): Promise<DeliveryAttemptRecord[]>
}

export interface DeliveryWrites {
  insert(deliveries: readonly DeliveryRecord[]): Promise<void>
  /** Begins an attempt of deliveries of both modes that are due: no two callers get the same attempt. */
  claim(claim: DeliveryClaim): Promise<DeliveryRecord[]>
  /** Records how an attempt ended, if its delivery is still in that very attempt. Answers whether it was. */
  settle(
    attempt: Omit<DeliveryAttemptRecord, 'started'>,
    delivery: Pick<DeliveryRecord, 'status' | 'next_attempt'>,
  ): Promise<boolean>
  /** Makes a delivery pending and due at a time, whatever became of it; one whose attempt is under way stays as it is. */
  resend(id: string, at: number): Promise<void>
  /** Gives up everything that is pending for an endpoint. */
  cancelOf(endpoint: string): Promise<void>
}

// Keys

export interface ApiKeyRecord {
  readonly id: string
  readonly livemode: boolean
  readonly name: string
  /** SHA-256 of the key in hex. The key itself is kept nowhere. */
  readonly hash: string
  /** The last characters of the key, to tell keys apart. */
  readonly tail: string
  /** What the key may do; null for a secret key, which may do everything in its mode. */
  readonly scopes: readonly string[] | null
  readonly created: number
  readonly created_by: string | null
  /** From then on the key is refused; null when it never ends. */
  readonly expires: number | null
  /** To the minute. */
  readonly last_used: number | null
  readonly revoked: number | null
}

export interface ApiKeyFilter {
  readonly created?: CreatedRange | undefined
}

export interface ApiKeyReads {
  byId(id: string): Promise<ApiKeyRecord | undefined>
  /** Revoked keys are found too. */
  byHash(hash: string): Promise<ApiKeyRecord | undefined>
  /** Newest first; revoked keys too. */
  list(livemode: boolean, filter: ApiKeyFilter, page: Page): Promise<PageOf<ApiKeyRecord>>
}

export interface ApiKeyWrites {
  insert(key: ApiKeyRecord): Promise<void>
  revoke(id: string, at: number): Promise<void>
  /** Marks keys as used, unless they are marked with a later time. */
  touch(ids: readonly string[], at: number): Promise<void>
}

// Idempotency

export interface IdempotencyRecord {
  readonly livemode: boolean
  readonly key: string
  /** Digest of the request, to tell a retry from another request with the same key. */
  readonly fingerprint: string
  /** Id of the object in the answer. */
  readonly resource: string
  readonly status: number
  readonly body: string
  readonly created: number
}

export interface IdempotencyKeys {
  find(livemode: boolean, key: string): Promise<IdempotencyRecord | undefined>
  insert(record: IdempotencyRecord): Promise<void>
  /** Drops every answer stored before a time; given the prefix of ids, only those about resources of that kind. */
  forget(before: number, prefix?: string): Promise<void>
  /** Drops every answer about a resource: it may hold what was redacted. */
  forgetAbout(resource: string): Promise<void>
}

// Rate limits

/** Counters that hold for every process on the store. They may be lost with a machine: none counts for more than a minute. */
export interface RateLimits {
  /**
   * Takes up to `wanted` from what is left of `limit` in one window of a scope, such as one second of one key; the
   * window is named by its begin. Answers how many it got, 0 when nothing is left.
   */
  take(scope: string, window: number, wanted: number, limit: number): Promise<number>
  /** Drops every window that began before a time. */
  forget(before: number): Promise<void>
}

// Contents

/** Rows of one table, in the store's own shape, which is the same in every store of one version. */
export interface Rows {
  readonly table: string
  readonly rows: readonly object[]
}

/** All that a store holds: for backups, and for moving from one store to another. */
export interface Contents {
  batches(): AsyncIterable<Rows>
  /** Drops everything and takes this instead. */
  replace(batches: AsyncIterable<Rows>): Promise<void>
  /** Whether nobody has used the store yet. */
  isEmpty(): Promise<boolean>
}
