import { type Check, type CheckField, compareChecks, notableChecks } from '../model/bound/shown-checks.js'
import { compareText } from '../model/canonical.js'
import type { FlowConfig, FlowKey } from '../model/flow.js'
import type { Mode } from '../model/mode.js'
import { dayOf, type FlowTally, sessionsSince, type Tally } from './tally.js'

/** A definition that names a flow in Stripe's Dashboard. */
export interface BoundDefinition {
  readonly key: FlowKey
  readonly file: string
  /** Id of the flow at Stripe. */
  readonly id: string
  readonly config: Pick<FlowConfig, 'type' | 'options'>
}

/** Somebody changed what the flow checks, at some time between two of its sessions. */
export interface FlowEdit {
  readonly after: number
  readonly before: number
  readonly fields: readonly CheckField[]
}

/** One flow of an account, as its sessions show it. */
export interface AccountFlow {
  readonly id: string
  readonly definition: Pick<BoundDefinition, 'key' | 'file'> | null
  readonly status: 'in_sync' | 'drifted' | 'not_observed' | 'not_in_git'
  /** Sessions in the range. */
  readonly sessions: number
  /** When the newest session was made, in unix seconds; null if none is known. */
  readonly last_used: number | null
  /** What the newest session checks, without what is off; null if none shows it. */
  readonly checks: readonly Check[] | null
  /** Where the newest session differs from the definition: `before` is what git says. */
  readonly fields: readonly CheckField[]
  /** In the range, newest first. */
  readonly edits: readonly FlowEdit[]
}

/** Sessions without a flow that check the same. */
export interface LooseSessions {
  readonly checks: readonly Check[] | null
  readonly sessions: number
  readonly last_used: number
}

/** A field that drifted, with its place in git; null if a default sets it. */
export type PlacedField = CheckField & { readonly file: string | null; readonly line: number | null }

export interface WatchedFlow extends AccountFlow {
  readonly fields: readonly PlacedField[]
}

/** What an account uses, in a range and beside what git says. */
export interface WatchReport extends AccountReport {
  readonly mode: Mode
  /** Null where there is no project. */
  readonly environment: string | null
  /** The range, in unix seconds. */
  readonly since: number
  readonly until: number
  readonly flows: readonly WatchedFlow[]
}

export interface AccountReport {
  readonly flows: readonly AccountFlow[]
  readonly without_flow: readonly LooseSessions[]
  readonly sessions: number
}

/** What an account's sessions since a time show, beside what git says. The most used flow comes first. */
export function accountReport(tally: Tally, since: number, definitions: readonly BoundDefinition[]): AccountReport {
  const used = [...tally.flows.values()].filter(
    (flow) => flow.last >= since || definitions.some(({ id }) => id === flow.id),
  )
  const unused = definitions.filter(({ id }) => !tally.flows.has(id))
  const flows = [
    ...used.map((flow) =>
      accountFlow(
        flow,
        since,
        definitions.find(({ id }) => id === flow.id),
      ),
    ),
    ...unused.map(unobserved),
  ].sort((a, b) => b.sessions - a.sessions || compareText(a.id, b.id))
  const loose = [...tally.loose.values()]
    .filter(({ last }) => last >= since)
    .map((one) => ({
      // Those of the rest have no checks in common.
      checks: one.options === null ? null : notableChecks(one),
      sessions: sessionsSince(one, dayOf(since)),
      last_used: one.last,
    }))
    .sort((a, b) => b.sessions - a.sessions || b.last_used - a.last_used)
  const sessions = [...flows, ...loose].reduce((sum, one) => sum + one.sessions, 0)
  return { flows, without_flow: loose, sessions }
}

/** Whether there is something that git does not say. */
export function needsSomebody({ flows }: AccountReport): boolean {
  return flows.some(({ status }) => status === 'drifted' || status === 'not_in_git')
}

function accountFlow(flow: FlowTally, since: number, definition: BoundDefinition | undefined): AccountFlow {
  const [newest] = flow.looks
  const fields = definition === undefined || newest === undefined ? [] : compareChecks(definition.config, newest)
  return {
    id: flow.id,
    definition: definition === undefined ? null : { key: definition.key, file: definition.file },
    status: statusOf(definition !== undefined, newest !== undefined, fields.length),
    sessions: sessionsSince(flow, dayOf(since)),
    last_used: flow.last,
    checks: newest === undefined ? null : notableChecks(newest),
    fields,
    edits: editsOf(flow, since),
  }
}

function statusOf(isBound: boolean, isObserved: boolean, fields: number): AccountFlow['status'] {
  if (!isBound) return 'not_in_git'
  if (!isObserved) return 'not_observed'
  return fields === 0 ? 'in_sync' : 'drifted'
}

function unobserved({ id, key, file }: BoundDefinition): AccountFlow {
  const nothing = { sessions: 0, last_used: null, checks: null, fields: [], edits: [] }
  return { id, definition: { key, file }, status: 'not_observed', ...nothing }
}

function editsOf({ looks }: FlowTally, since: number): FlowEdit[] {
  return looks.flatMap((newer, index) => {
    const older = looks[index + 1]
    if (older === undefined || newer.from < since) return []
    return [{ after: older.to, before: newer.from, fields: compareChecks(older, newer) }]
  })
}
