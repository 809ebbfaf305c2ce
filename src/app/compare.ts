import { compareText } from '../model/canonical.js'
import type { FlowConfig, FlowKey } from '../model/flow.js'
import { modeOf } from '../model/mode.js'
import type { Assurance, Field } from '../model/plan.js'
import { assess } from '../plan/assurance.js'
import { diff } from '../plan/diff.js'
import { badUsage } from './failure.js'
import { checkedDefinitions } from './project/sources.js'
import { checkReach } from './reach.js'
import { type Site, stateOf } from './site.js'

export type Configs = ReadonlyMap<FlowKey, FlowConfig>

/** A flow that differs between two environments. */
export interface EnvironmentDifference {
  readonly key: string
  /** Which of the two has the flow. */
  readonly where: 'both' | 'first' | 'second'
  readonly fields: readonly Field[]
  /** How strong the verification is in the second, compared with the first. */
  readonly effect: Assurance['effect']
  readonly reasons: Assurance['reasons']
}

/** How two environments of a project differ: in what the definitions say, or in what the services have. */
export async function compareEnvironments(
  first: Site,
  second: Site,
  isObserved: boolean,
  keys: readonly FlowKey[] = [],
): Promise<EnvironmentDifference[]> {
  const [one, other] = await configsOf(first, second, isObserved, keys)
  const isOneMode = modeOf(first.target.settings) === modeOf(second.target.settings)
  return [...new Set([...one.keys(), ...other.keys()])].sort(compareText).flatMap((key): EnvironmentDifference[] => {
    const before = one.get(key) ?? null
    const after = other.get(key) ?? null
    if (before === null || after === null) {
      return [{ key, where: before === null ? 'second' : 'first', fields: [], effect: 'neutral', reasons: [] }]
    }
    const fields = diff(before, after).filter((field) => isOneMode || !isBinding(field))
    if (fields.length === 0) return []
    const change = { action: 'update', before, after, wasActive: true, previousKey: null, sessions: 0 } as const
    const { effect, reasons } = assess(change)
    return [{ key, where: 'both', fields, effect, reasons }]
  })
}

/** Whether a flow is bound in both. In two modes of Stripe, the flows that make the checks never have the same id. */
function isBinding({ path, before, after }: Field): boolean {
  return path === '/stripe_flow' && before !== null && after !== null
}

/** The flows of two environments by key: as the definitions say, or as this project's active flows are there. */
export async function configsOf(
  first: Site,
  second: Site,
  isObserved: boolean,
  keys: readonly FlowKey[],
): Promise<readonly [Configs, Configs]> {
  const get = isObserved ? observedIn : definedIn
  const asked = keys.length === 0 ? undefined : keys
  const both = [await get(first, asked), await get(second, asked)] as const
  const missing = keys.filter((key) => !both.some((configs) => configs.has(key)))
  if (missing.length > 0) throw badUsage(`there is no flow ${missing.map((key) => `"${key}"`).join(', ')}`)
  return keys.length === 0 ? both : [only(both[0], keys), only(both[1], keys)]
}

async function observedIn(site: Site, only?: readonly FlowKey[]): Promise<Configs> {
  const { project } = site.project.config
  const state = await stateOf(site)
  checkReach(state, checkedDefinitions(site.project, site.target.name).desired(site.target.name), only, site.reporter)
  const { flows } = state
  const own = flows.filter((flow) => flow.project === project && flow.status === 'active')
  return new Map(own.map(({ key, config }) => [key, config]))
}

async function definedIn({ project, target }: Site): Promise<Configs> {
  const desired = checkedDefinitions(project, target.name).desired(target.name)
  return new Map(desired.map(({ key, config }) => [key, config]))
}

function only(configs: Configs, keys: readonly FlowKey[]): Configs {
  return new Map([...configs].filter(([key]) => keys.includes(key)))
}
