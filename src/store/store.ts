import type { FlowConfig, FlowKey } from '../model/flow.js'
import type { SessionOptions, SessionStatus } from '../model/resources.js'
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
  close(): Promise<void>
}

export interface ReadTransaction {
  readonly state: StateReads
  readonly flows: FlowReads
  readonly deployments: DeploymentReads
  readonly sessions: SessionReads
  readonly apiKeys: ApiKeyReads
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
  readonly apiKeys: ApiKeyReads & ApiKeyWrites
  readonly idempotency: IdempotencyKeys
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
  readonly return_url: string | null
  readonly created: number
}

export interface SessionFilter {
  /** The flow's id. */
  readonly flow?: string | undefined
  readonly client_reference_id?: string | undefined
  readonly related_customer?: string | undefined
  readonly status?: SessionRecord['status'] | undefined
  readonly created?: CreatedRange | undefined
}

export interface SessionReads {
  byId(livemode: boolean, id: string): Promise<SessionRecord | undefined>
  list(livemode: boolean, filter: SessionFilter, page: Page): Promise<PageOf<SessionRecord>>
  /** Number of sessions created from each flow since a time; flows without any are left out. */
  countByFlow(livemode: boolean, since: number): Promise<ReadonlyMap<string, number>>
}

export interface SessionWrites {
  insert(session: SessionRecord): Promise<void>
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
  readonly created: number
  readonly created_by: string | null
  readonly revoked: number | null
}

export interface ApiKeyReads {
  byId(id: string): Promise<ApiKeyRecord | undefined>
  /** Revoked keys are found too. */
  byHash(hash: string): Promise<ApiKeyRecord | undefined>
  /** Keys of both modes, newest first; revoked ones too. */
  list(): Promise<ApiKeyRecord[]>
}

export interface ApiKeyWrites {
  insert(key: ApiKeyRecord): Promise<void>
  revoke(id: string, at: number): Promise<void>
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
  /** Drops every answer stored before a time. */
  forget(before: number): Promise<void>
}
