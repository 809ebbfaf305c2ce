import type { FlowConfig, FlowKey } from '../model/flow.js'
import type { Field } from '../model/plan.js'
import type { DesiredFlow, ObservedFlow, ObservedState } from '../model/state.js'
import { diff } from '../plan/diff.js'
import { type Conflict, pair } from '../plan/pair.js'
import type { FlowTarget } from './edit-project.js'
import { withLeaves } from './with-leaves.js'
import { type Withheld, withoutApiKeys } from './without-api-keys.js'

export interface PullOptions {
  readonly project: string
  /** Only these flows, by key of the definition or of the flow; all if the list is empty. */
  readonly keys: readonly FlowKey[]
  /** Take every difference, including unapplied changes in git, and flows whose definition git removed. */
  readonly all: boolean
}

export interface Pull {
  /** Each target with the flow that it comes from. */
  readonly targets: readonly (FlowTarget & { readonly observed: ObservedFlow })[]
  /** Differences that git made, alone or too. They stay, and the next plan shows them. */
  readonly kept: readonly {
    readonly key: FlowKey
    readonly why: 'changed_in_git' | 'changed_in_both' | 'removed_in_git' | 'restored_in_git' | 'renamed_in_git'
  }[]
  /** Fields that are not taken over because they contain an API key. */
  readonly withheld: readonly Withheld[]
  /** Definitions with the key of another one's flow, or the other way round: nothing must be written. */
  readonly exchanged: readonly Conflict[]
  /** Requested keys that belong to no flow of this project and no definition. */
  readonly unknown: readonly FlowKey[]
}

/**
 * What the definitions of one environment must say to match the observed flows. Only drift is taken over. A field that
 * git changed and nobody applied yet stays, even if it was also edited outside git. A definition that git removed comes
 * back only if it is named, or with `all`. Pull ignores flows that no project manages, and API keys, which no
 * definition may contain.
 */
export function pull(desired: readonly DesiredFlow[], state: ObservedState, options: PullOptions): Pull {
  const found = pullAll(desired, state, options)
  const { targets, withheld } = withoutApiKeys(found.targets, desired)
  const after = definedAfter(desired, targets)
  const exchanged = [desired, after].map((flows) => exchangedIn(flows, state, options)).find(({ length }) => length > 0)
  return { ...found, targets, withheld, exchanged: exchanged ?? [] }
}

function exchangedIn(flows: readonly DesiredFlow[], state: ObservedState, { project, keys }: PullOptions): Conflict[] {
  return pair(flows, state, project).conflicts.filter(({ code, desired: { key }, observed }) => {
    const isChosen =
      keys.length === 0 || [key, observed.key, observed.applied_key].some((one) => keys.includes(one ?? ''))
    return code === 'KEY_OF_OTHER_FLOW' && isChosen
  })
}

/** The definitions by key after the targets are written, as far as a plan looks at them. */
export function definedAfter(desired: readonly DesiredFlow[], targets: readonly FlowTarget[]): DesiredFlow[] {
  const replaced = new Set(targets.map(({ key, definition = key }) => definition))
  const made = targets.flatMap(({ key, config }) => {
    return config === null ? [] : [{ key, config, renamedFrom: null, file: `${key}.yaml` }]
  })
  return [...desired.filter(({ key }) => !replaced.has(key)), ...made]
}

type Found = Omit<Pull, 'exchanged' | 'withheld'>

function pullAll(desired: readonly DesiredFlow[], state: ObservedState, options: PullOptions): Found {
  const found = pullOnce(desired, state, options)
  const removed = found.targets.filter(({ config }) => config === null)
  if (removed.length === 0) return found
  // If a definition is removed, its flow may go to another one that has the flow's earlier key.
  const left = desired.filter(({ key }) => !removed.some((one) => one.key === key))
  const rest = pullAll(left, state, options)
  return { ...rest, targets: [...removed, ...rest.targets], unknown: found.unknown }
}

function pullOnce(desired: readonly DesiredFlow[], state: ObservedState, options: PullOptions): Found {
  const { project, all } = options
  const named = new Set(options.keys)
  const isChosen = (...keys: readonly FlowKey[]) => named.size === 0 || keys.some((key) => named.has(key))
  const { pairs, gone } = pair(desired, state, project)
  const targets: (FlowTarget & { observed: ObservedFlow })[] = []
  const kept: Pull['kept'][number][] = []
  for (const { desired: flow, observed } of pairs) {
    if (observed === null || observed.project !== project || !isChosen(flow.key, observed.key)) continue
    if (observed.status === 'archived') {
      if (!all && observed.applied_status !== 'active') kept.push({ key: flow.key, why: 'restored_in_git' })
      // Removing the definition would also lose what git changed in it.
      else if (!all && diff(observed.applied, flow.config).length > 0)
        kept.push({ key: flow.key, why: 'changed_in_both' })
      else targets.push({ key: flow.key, config: null, observed })
      continue
    }
    const isMoved = observed.key !== flow.key
    const takesKey = isMoved && (all || (observed.applied_key !== null && observed.applied_key !== observed.key))
    if (isMoved && !takesKey) kept.push({ key: flow.key, why: 'renamed_in_git' })
    const config = all ? observed.config : withDrift(flow.config, observed)
    const left = diff(observed.config, config, observed.applied)
    const isDrift = ({ origin }: Field) => origin === 'drift' || observed.applied === null
    if (left.some(isDrift)) kept.push({ key: flow.key, why: 'changed_in_both' })
    if (!left.every(isDrift)) kept.push({ key: flow.key, why: 'changed_in_git' })
    if (takesKey) targets.push({ key: observed.key, definition: flow.key, config, observed })
    else if (diff(flow.config, config).length > 0) targets.push({ key: flow.key, config, observed })
  }
  for (const observed of gone) {
    if (all ? isChosen(observed.key) : named.has(observed.key)) {
      targets.push({ key: observed.key, config: observed.config, observed })
    } else if (named.size === 0) kept.push({ key: observed.key, why: 'removed_in_git' })
  }
  const known = new Set([
    ...desired.map(({ key }) => key),
    ...state.flows.filter((flow) => flow.project === project).map(({ key }) => key),
  ])
  return { targets, kept, unknown: options.keys.filter((key) => !known.has(key)) }
}

/** The desired configuration plus edits made outside git, except for fields that git changed since the last apply. */
function withDrift(desired: FlowConfig, observed: ObservedFlow): FlowConfig {
  const { config, applied } = observed
  const changedInGit = new Set(diff(applied, desired).map(({ path }) => path))
  const isOfType = (path: string) => path === '/type' || path.startsWith('/options/document/')
  const drifted = diff(config, desired, applied).filter(({ origin }) => origin === 'drift')
  const taken = drifted.map(({ path }) => path).filter((path) => !changedInGit.has(path))
  if (!drifted.some(({ path }) => path === '/type')) return withLeaves(desired, config, taken)
  // Another type has other document options: neither can be taken over without the other.
  if ([...changedInGit].some(isOfType)) {
    return withLeaves(
      desired,
      config,
      taken.filter((path) => !isOfType(path)),
    )
  }
  const { document: _, ...others } = desired.options
  const { document } = config.options
  const options = document === undefined ? others : { ...others, document }
  return withLeaves({ ...desired, type: config.type, options }, config, taken)
}
