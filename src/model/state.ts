import type { FlowConfig, FlowKey } from './flow.js'
import type { SessionOptions } from './resources.js'
import type { DeployedEdit } from './schema-types.js'

/** What the definitions say about one flow, in one environment. */
export interface DesiredFlow {
  readonly key: FlowKey
  readonly renamedFrom: FlowKey | null
  readonly config: FlowConfig
  /** Relative to the configuration file, with forward slashes. */
  readonly file: string
}

/** Configurations of flows by key. */
export type HeldConfigs = Pick<ReadonlyMap<FlowKey, FlowConfig>, 'get'>

/** What the service says about one flow. Field names are those of `GET /v2/identity/flow_state`. */
export interface ObservedFlow {
  readonly id: string
  readonly key: FlowKey
  /** The managing project; null if no project manages the flow. */
  readonly project: string | null
  readonly status: 'active' | 'archived'
  /** Starts at 1; every write to the flow adds 1. */
  readonly version: number
  readonly config: FlowConfig
  /** What the last deployment wrote; null when no deployment ever did. */
  readonly applied: FlowConfig | null
  /** Status and key that the last deployment left; null when no deployment ever did. */
  readonly applied_status: 'active' | 'archived' | null
  readonly applied_key: FlowKey | null
  /** The last write: unix seconds, and who (the name of a key, or null). */
  readonly updated: number
  readonly updated_by: string | null
  /** Address of its link, whether it works or not. Older services leave it out. */
  readonly static_link_url?: string
  readonly sessions_last_30_days: number
  /** What a session showed of the flow at Stripe that it is bound to; left out if none was seen. */
  readonly sighting?: Sighting
}

/** What the newest known session of a flow at Stripe shows of that flow, and when it was made (unix seconds). */
export interface Sighting {
  readonly stripe_flow: string
  readonly options: SessionOptions
  readonly session: string
  readonly created: number
}

/** Who verifies people in a mode. */
export interface ModeVerifier {
  readonly name: string
  /** The checks that it runs for a flow that is not bound. */
  readonly checks: readonly string[]
  /** Whether it has flows of its own, to which flows may be bound. */
  readonly has_flows: boolean
}

/** The flows that an API key reaches. */
export interface Reach {
  /** Null for those of every project, and of none. */
  readonly project: string | null
  /** Keys, where * stands for any characters; null for all. */
  readonly flows: readonly string[] | null
}

/** Everything a plan needs to know about one mode of the service. */
export interface ObservedState {
  readonly livemode: boolean
  /** The store's own id. A store that was deleted and made again has another id. Null while no store exists yet. */
  readonly store: string | null
  /** The project's last deployment in this mode; null before the first. */
  readonly last_deployment: string | null
  /** Null if nobody verifies. Older services leave it out. */
  readonly verifier?: ModeVerifier | null
  /** Every flow of the mode, whatever project manages it, archived ones included, in order of key. */
  readonly flows: readonly ObservedFlow[]
  /** What the last deployment left for a person to edit at Stripe, and what became of that; left out if nothing. */
  readonly edits?: readonly DeployedEdit[]
  /** What the API key that asked is bound to: no other flows are here. Left out if it reaches all. */
  readonly bound_to?: Reach
}
