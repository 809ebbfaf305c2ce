import type { FlowConfig, FlowKey } from '../model/flow.js'
import type { SessionOptions } from '../model/resources.js'
import type { HeldConfigs } from '../model/state.js'
import type { DayRange } from './counts/session-counts.js'
import type { CreatedRange, Page, PageOf } from './page.js'

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

/** One version of a flow, and who made it. Never changed, never deleted. */
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

/** What the newest known session of a flow in Stripe's Dashboard shows of that flow. Nothing else shows it. */
export interface Sighting {
  readonly livemode: boolean
  readonly stripe_flow: string
  readonly options: SessionOptions
  /** The session, and when it was made. */
  readonly session: string
  readonly created: number
}

/** Some of a mode's flows: those of a project, those with keys of some patterns, or those that are both. */
export interface FlowBinding {
  readonly project: string | null
  /** Keys, where * stands for any characters. */
  readonly keys: readonly string[] | null
}

export interface FlowFilter {
  readonly key?: string | undefined
  readonly project?: string | undefined
  readonly status?: FlowRecord['status'] | undefined
  readonly created?: CreatedRange | undefined
  readonly within?: FlowBinding | undefined
}

export interface FlowReads {
  byId(livemode: boolean, id: string): Promise<FlowRecord | undefined>
  /** In either mode: the token names the flow, and the flow names its mode. */
  byLinkToken(token: string): Promise<FlowRecord | undefined>
  byKey(livemode: boolean, key: FlowKey): Promise<FlowRecord | undefined>
  /** Flows with any of these ids or any of these keys; in no order. */
  byIdsOrKeys(livemode: boolean, ids: readonly string[], keys: readonly FlowKey[]): Promise<FlowRecord[]>
  /** Flows that are bound to any of these flows at Stripe, archived ones too; in no order. */
  boundTo(livemode: boolean, stripeFlows: readonly string[]): Promise<FlowRecord[]>
  /** One for each flow at Stripe of which a session was seen, in no order. */
  sightings(livemode: boolean): Promise<Sighting[]>
  /** Every flow of the mode, in no order. */
  all(livemode: boolean): Promise<FlowRecord[]>
  /**
   * What `as` makes of them, without those of which it makes nothing: a mode may have more flows than should be in memory
   * at once. `held`: configurations that the caller has, by key. A flow that has the same one has that very object.
   */
  all<T>(livemode: boolean, as: (flow: FlowRecord) => T | undefined, held?: HeldConfigs): Promise<T[]>
  list(livemode: boolean, filter: FlowFilter, page: Page): Promise<PageOf<FlowRecord>>
  /** The same in order of key. The cursors are keys, of flows that exist or of none: no rename moves them. */
  listByKey(livemode: boolean, filter: FlowFilter, page: Page): Promise<PageOf<FlowRecord>>
  /** The first ones, by key, that are other than their last deployment left them; or that no deployment of their project wrote, if it has any. */
  drifted(livemode: boolean, limit: number): Promise<FlowRecord[]>
  /** A part of the flows by key; those with the most sessions of some days first, if days are given. */
  inOrder(
    livemode: boolean,
    filter: Pick<FlowFilter, 'project' | 'status' | 'within'>,
    part: { readonly mostUsedOf?: DayRange | undefined; readonly skip: number; readonly limit: number },
  ): Promise<FlowRecord[]>
  /** The newest version that a deployment made, and the project that it gave the flow. */
  lastDeployed(flow: string): Promise<Pick<FlowVersionRecord, 'version' | 'project'> | undefined>
  /** Newest first. The cursors are versions. */
  versions(flow: string, page: VersionPage): Promise<PageOf<FlowVersionRecord>>
}

interface VersionPage {
  readonly limit: number
  readonly starting_after?: number | undefined
  readonly ending_before?: number | undefined
}

export interface FlowWrites {
  /** Does nothing if a newer session of the flow was seen. */
  keepSighting(sighting: Sighting): Promise<void>
  /**
   * Inserts flows, or replaces those with the same id, and records one version of each. Keys may move between the given
   * flows, even in a circle. Throws when a key belongs to another flow.
   */
  save(flows: readonly FlowRecord[], versions: readonly FlowVersionRecord[]): Promise<void>
}
