import type { Deployment, DeploymentRequest, StaleFlow } from '../model/deployment.js'
import type { ApiKey, FlowVersion, ListObject, VerificationFlow, VerificationSession } from '../model/resources.js'
import type { DeployedFlow, FlowDeploymentSummary } from '../model/schema-types.js'
import type { ObservedState } from '../model/state.js'

/**
 * The port to the flows API, in two halves. Planning is handed a RemoteReader, which has no way to write: over HTTP it
 * sends only GET, embedded it opens the store read-only. Apply and `sessions create` open a RemoteWriter.
 */
export interface RemoteReader {
  /** Everything a plan needs. */
  state(project: string): Promise<ObservedState>
  /**
   * The same, with a tag that changes whenever any of it but the usage figures may have changed.
   * Answers `not_modified` instead when the state still has the tag `known`.
   */
  observe(project: string, known?: string): Promise<Observation>
  listFlows(query?: FlowsQuery): Promise<ListObject<VerificationFlow>>
  /** By id or by key. */
  retrieveFlow(idOrKey: string): Promise<VerificationFlow>
  /** Newest first. The cursors are ids of versions. */
  listFlowVersions(idOrKey: string, query?: PageQuery): Promise<ListObject<FlowVersion>>
  /** Newest first, without their changes. */
  listDeployments(query?: DeploymentsQuery): Promise<ListObject<FlowDeploymentSummary>>
  retrieveDeployment(id: string): Promise<Deployment>
  /** The project's flows as this deployment left them, all of them, in order of key. */
  deploymentFlows(id: string): Promise<readonly DeployedFlow[]>
  listSessions(query?: SessionsQuery): Promise<ListObject<VerificationSession>>
  retrieveSession(id: string): Promise<VerificationSession>
  /** The key that this reader shows, as the service knows it; null where no key is needed. */
  currentKey(): Promise<ApiKey | null>
  close(): Promise<void>
}

export interface RemoteWriter {
  /**
   * Writes a whole plan in one transaction, once: the plan's digest is the idempotency key, so a retry answers with the
   * deployment made before (compare `run_id`). Throws RemoteError `stale` when a base has moved; nothing is written then.
   */
  deploy(request: DeploymentRequest): Promise<Deployment>
  /** Gives a flow, by id or key, a new static link: the old one is dead from then on. No configuration changes. */
  rotateLink(idOrKey: string): Promise<VerificationFlow>
  /** With an idempotency key the same request again within a day answers as the first time, and makes no second session. */
  createSession(params: CreateSessionParams, options?: CreateOptions): Promise<VerificationSession>
  /** Submits a session of the test mode with an outcome: "verified", or the code of an error that its checks can have. */
  submitSession(id: string, outcome: string): Promise<VerificationSession>
  close(): Promise<void>
}

/** Opens either half. Opening a reader never creates, migrates or writes anything. */
export interface Remote {
  /** For people: "embedded store .flows/store.sqlite", "https://flows.example.com". */
  readonly label: string
  /** Origin of the API, or "embedded": where a saved plan may be applied. */
  readonly address: string
  reader(): Promise<RemoteReader>
  writer(): Promise<RemoteWriter>
}

export type Observation =
  | { readonly status: 'not_modified' }
  | { readonly status: 'modified'; readonly etag: string; readonly state: ObservedState }

interface PageQuery {
  /** 1 to 100; the service's default is 10. */
  readonly limit?: number
  readonly starting_after?: string
  readonly ending_before?: string
}

export interface FlowsQuery extends PageQuery {
  readonly key?: string
  readonly project?: string
  readonly status?: 'active' | 'archived'
}

export interface DeploymentsQuery extends PageQuery {
  readonly project?: string
  /** Unix seconds: those of this very second. */
  readonly created?: number
  /** Digest of a plan, as it was reviewed or as it was made: the deployment that applied it. */
  readonly approved_digest?: string
}

interface SessionsQuery extends PageQuery {
  /** Id or key of the flow. */
  readonly verification_flow?: string
  readonly client_reference_id?: string
  readonly status?: VerificationSession['status']
}

/** As Stripe's create parameters; `verification_flow` takes an id or (extension) a key. */
export interface CreateSessionParams {
  readonly verification_flow?: string
  readonly type?: 'document' | 'id_number'
  readonly options?: { readonly document?: Readonly<Record<string, unknown>> }
  readonly client_reference_id?: string
  readonly metadata?: Readonly<Record<string, string>>
  readonly provided_details?: { readonly email?: string; readonly phone?: string }
  readonly return_url?: string
}

interface CreateOptions {
  readonly idempotencyKey?: string
}

export type RemoteErrorKind =
  /** No valid key, or a key that may not do this. */
  | 'not_authorised'
  /** A base of the plan has moved; `stale` names every flow. */
  | 'stale'
  /** The service refused the request; `code` and `param` say why. */
  | 'invalid'
  | 'not_found'
  /** No answer, or none that could be understood. Whether a write happened is unknown; see `retryIsSafe`. */
  | 'unreachable'

/** What may be looked for in vain. */
export type Subject = 'flow' | 'deployment' | 'session'

interface RemoteErrorDetails {
  readonly code?: string
  readonly param?: string
  readonly requestId?: string
  readonly stale?: readonly StaleFlow[]
  readonly retryIsSafe?: boolean
  readonly isRead?: boolean
  readonly cause?: unknown
}

/** A call that failed for a reason the caller can tell people about. Never holds a key or personal data. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError'
  readonly kind: RemoteErrorKind
  readonly code: string | undefined
  readonly param: string | undefined
  readonly requestId: string | undefined
  readonly stale: readonly StaleFlow[]
  /** With `not_found`: what there is not. */
  subject: Subject | undefined
  /**
   * With `unreachable`: whether the same call can be made again without doing anything twice. True of what only reads
   * and of a deployment, which its digest names; not of a session, of which a second one may come into being.
   */
  readonly retryIsSafe: boolean
  /** With `unreachable`: whether the call only reads, so that nobody has to ask what became of it. */
  readonly isRead: boolean

  constructor(kind: RemoteErrorKind, message: string, details: RemoteErrorDetails = {}) {
    super(message, { cause: details.cause })
    this.kind = kind
    this.code = details.code
    this.param = details.param
    this.requestId = details.requestId
    this.stale = details.stale ?? []
    this.retryIsSafe = details.retryIsSafe ?? false
    this.isRead = details.isRead ?? false
  }
}
