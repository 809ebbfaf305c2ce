import type { Deployment, DeploymentRequest, StaleFlow } from '../model/deployment.js'
import type {
  ApiKey,
  FlowProbe,
  FlowVersion,
  ListObject,
  VerificationFlow,
  VerificationSession,
} from '../model/resources.js'
import type { DeployedFlow, FlowDeploymentSummary } from '../model/schema-types.js'
import type { HeldConfigs, ObservedState } from '../model/state.js'

/**
 * The port to the flows API, in two halves. Planning gets a RemoteReader, which cannot write: over HTTP it sends only
 * GET; embedded, it opens the store read-only. Apply and `sessions create` open a RemoteWriter.
 */
export interface RemoteReader {
  /** Everything a plan needs. */
  state(project: string): Promise<ObservedState>
  /**
   * The same, with a tag that changes whenever anything except the usage figures may have changed. Answers
   * `not_modified` if `known` is still the tag. `held`: configurations that the caller has, by key: a flow that has the
   * same one may have that very object, which takes no memory of its own.
   */
  observe(project: string, known?: string, held?: HeldConfigs): Promise<Observation>
  listFlows(query?: FlowsQuery): Promise<ListObject<VerificationFlow>>
  /** By id or by key. */
  retrieveFlow(idOrKey: string): Promise<VerificationFlow>
  /** Newest first. The cursors are ids of versions. */
  listFlowVersions(idOrKey: string, query?: PageQuery): Promise<ListObject<FlowVersion>>
  /** Newest first, without their changes. */
  listDeployments(query?: DeploymentsQuery): Promise<ListObject<FlowDeploymentSummary>>
  retrieveDeployment(id: string): Promise<Deployment>
  /** All of the project's flows as this deployment left them, in order of key. */
  deploymentFlows(id: string): Promise<readonly DeployedFlow[]>
  /** Keys of the reader's mode, newest first, revoked and expired ones too. */
  listKeys(query?: PageQuery): Promise<ListObject<ApiKey>>
  listSessions(query?: SessionsQuery): Promise<ListObject<VerificationSession>>
  retrieveSession(id: string): Promise<VerificationSession>
  /** The key that this reader uses, as the service knows it; null if no key is needed. */
  currentKey(): Promise<ApiKey | null>
  close(): Promise<void>
}

export interface RemoteWriter {
  /**
   * Writes a whole plan in one transaction, once. The plan's digest is the idempotency key, so a retry answers with the
   * earlier deployment (compare `run_id`). Throws RemoteError `stale`, and writes nothing, if a base has changed.
   */
  deploy(request: DeploymentRequest): Promise<Deployment>
  /** Gives a flow, by id or key, a new static link; the old one stops working. No configuration changes. */
  rotateLink(idOrKey: string): Promise<VerificationFlow>
  /** Looks at the flow at Stripe that a flow is bound to, by a session that is canceled at once. */
  probeFlow(idOrKey: string): Promise<FlowProbe>
  /** With an idempotency key, the same request within a day gets the first answer, and no second session is made. */
  createSession(params: CreateSessionParams, options?: CreateOptions): Promise<VerificationSession>
  /** Submits a test session with an outcome: "verified", or the code of an error that its checks can have. */
  submitSession(id: string, outcome: string): Promise<VerificationSession>
  /** Makes a key of the writer's mode. Only this answer holds its secret. A key makes none that may do more than itself. */
  createKey(params: CreateKeyParams): Promise<CreatedKey>
  /** For good, and at once. A key revoked earlier keeps its time. */
  revokeKey(id: string): Promise<ApiKey>
  close(): Promise<void>
}

/** Opens either half. Opening a reader never creates, migrates or writes anything. */
export interface Remote {
  /** For people: "embedded store .flows/store.sqlite", "https://flows.example.com". */
  readonly label: string
  /** Origin of the API, or "embedded": where a saved plan may be applied. */
  readonly address: string
  /** Why it would not take a deployment of this size. Asks nobody. */
  tooLarge?(request: DeploymentRequest): RemoteError | undefined
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
  /** By default the newest first. By key, the cursors may be keys as well as ids. */
  readonly order?: 'key'
  readonly key?: string
  readonly project?: string
  readonly status?: 'active' | 'archived'
}

export interface DeploymentsQuery extends PageQuery {
  readonly project?: string
  /** Unix seconds: only those of this second. */
  readonly created?: number
  /** Digest of a reviewed or applied plan: only the deployment that applied it. */
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

export interface CreateKeyParams {
  /** Shown to people, and recorded as the actor of changes made with the key. */
  readonly name: string
  /** Makes a restricted key, limited to these scopes. */
  readonly scopes?: readonly string[] | undefined
  /** Unix seconds. By default the expiry of the key that makes it; most never expire. */
  readonly expires?: number | undefined
  /** Only flows of this project, and what belongs to them. */
  readonly project?: string | undefined
  /** Only flows with these keys; * stands for any characters. */
  readonly flows?: readonly string[] | undefined
  /** Only requests from these addresses, or ranges of them. */
  readonly addresses?: readonly string[] | undefined
}

export type CreatedKey = ApiKey & { readonly secret: string }

interface CreateOptions {
  readonly idempotencyKey?: string
}

export type RemoteErrorKind =
  /** No valid key, or a key that may not do this. */
  | 'not_authorised'
  /** A base of the plan has changed; `stale` names every flow. */
  | 'stale'
  /** The service refused the request; `code` and `param` say why. */
  | 'invalid'
  | 'not_found'
  /** No answer, or one that could not be understood. Whether a write happened is unknown; see `retryIsSafe`. */
  | 'unreachable'

/** What a call may fail to find. */
export type Subject = 'flow' | 'deployment' | 'session' | 'key'

interface RemoteErrorDetails {
  readonly code?: string
  readonly param?: string
  readonly requestId?: string
  readonly stale?: readonly StaleFlow[]
  readonly keyVariable?: string | undefined
  readonly retryIsSafe?: boolean
  readonly isRead?: boolean
  readonly cause?: unknown
}

/** A failed call, with a reason that can be shown to people. Never holds a key or personal data. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError'
  readonly kind: RemoteErrorKind
  readonly code: string | undefined
  readonly param: string | undefined
  readonly requestId: string | undefined
  readonly stale: readonly StaleFlow[]
  /** With `not_authorised`: the environment variable that the key comes from, if it comes from one. */
  readonly keyVariable: string | undefined
  /** With `not_found`: what was not found. */
  subject: Subject | undefined
  /**
   * With `unreachable`: whether the call can safely be repeated. True for reads, and for a deployment, whose digest
   * names it; not for a session, since a second one might be made.
   */
  readonly retryIsSafe: boolean
  /** With `unreachable`: whether the call only reads, so that it cannot have changed anything. */
  readonly isRead: boolean

  constructor(kind: RemoteErrorKind, message: string, details: RemoteErrorDetails = {}) {
    super(message, { cause: details.cause })
    this.kind = kind
    this.code = details.code
    this.param = details.param
    this.requestId = details.requestId
    this.stale = details.stale ?? []
    this.keyVariable = details.keyVariable
    this.retryIsSafe = details.retryIsSafe ?? false
    this.isRead = details.isRead ?? false
  }
}
