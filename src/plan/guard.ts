import { MOST_CHANGES } from '../model/deployment.js'
import type { Change, GuardResult, LiftableGuard } from '../model/plan.js'
import type { Approvals, ChangeShare, Guards } from '../model/schema-types.js'
import type { Allowance } from './allowance.js'

export interface GuardContext {
  readonly guards: Guards
  readonly allow: readonly Allowance[]
  /** How many people must approve what a guard is about. */
  readonly approvals?: Approvals | undefined
  /** Active flows of the project before the change. */
  readonly existing: number
}

/** Below this many flows a share says little: one flow out of three is already a third. */
const MIN_FLOWS_FOR_SHARE = 10

/**
 * What the guards of an environment say about a plan's changes: only guards with a result, each with its figures. A
 * guard that the configuration leaves out warns.
 */
export function guard(changes: readonly Change[], context: GuardContext): GuardResult[] {
  const { guards, allow, approvals = {} } = context
  const weakened = changes.filter(weakens)
  const archived = changes.filter(({ action }) => action === 'archive')
  const exposed = changes.filter(({ assurance }) => assurance.exposes_link)
  return [
    ...byFlow('weaken', guards.weaken, weakened, (one) => reasons(one, 'weakens')),
    ...byFlow('archive', guards.archive, archived, () => []),
    ...byFlow('expose_link', guards.expose_link, exposed, () => []),
    ...byFlow('protected', 'block', changes.filter(touchesProtection), protectedReasons),
    ...share(changes, context),
    ...size(changes.length),
  ].map((result) => (result.guard === 'deployment_size' ? result : withApprovals(result, approvals[result.guard])))

  function byFlow(
    name: FlowGuard,
    given: Level = 'warn',
    concerned: readonly Change[],
    why: (change: Change) => string[],
  ): GuardResult[] {
    const level = approvals[name] === undefined ? given : 'warn'
    return resultsByFlow({ name, level, concerned, allow, why })
  }
}

/** Where people must approve, that is what stops an apply, and not the guard's level. */
function withApprovals(result: GuardResult, approvals: number | undefined): GuardResult {
  if (approvals === undefined) return result
  const who = approvals === 1 ? 'somebody else' : `${approvals} people`
  return { ...result, status: 'warned', message: `${result.message}; ${who} must have approved the commit`, approvals }
}

/** Allowances for keys that the plan does not change; most likely typing mistakes. */
export function idleAllowances(changes: readonly Change[], allow: readonly Allowance[]): Allowance[] {
  return allow.filter(({ key: named }) => named !== undefined && !changes.some(({ key }) => key === named))
}

/** Whether apply must refuse. */
export function isBlocked(results: readonly Pick<GuardResult, 'status'>[]): boolean {
  return results.some(({ status }) => status === 'blocked')
}

type Level = NonNullable<Guards['weaken']>

/** A guard about single flows. */
type FlowGuard = Exclude<LiftableGuard, 'max_change_share'>

const WORDS: Record<FlowGuard, (flows: string) => string> = {
  weaken: (flows) => `would weaken ${flows}`,
  archive: (flows) => `would archive ${flows}`,
  expose_link: (flows) => `would switch on the static link of ${flows}`,
  protected: (flows) => `would archive, weaken or unprotect ${flows.replace(' ', ' protected ')}`,
}

interface FlowGuarding {
  readonly name: FlowGuard
  readonly level: Level
  readonly concerned: readonly Change[]
  readonly allow: readonly Allowance[]
  readonly why: (change: Change) => string[]
}

function resultsByFlow({ name, level, concerned, allow, why }: FlowGuarding): GuardResult[] {
  if (level === 'allow') return []
  const isLifted = ({ key }: Change) =>
    allow.some((one) => one.guard === name && (one.key === undefined ? name !== 'protected' : one.key === key))
  const result = (status: GuardResult['status'], named: readonly Change[]): GuardResult[] => {
    if (named.length === 0) return []
    const flows = enumerate(named.map((change) => describe(change, why(change))))
    const message = `${WORDS[name](count(named.length))}: ${flows}`
    return [{ guard: name, status, keys: named.map(({ key }) => key), message }]
  }
  if (level === 'warn') return result('warned', concerned)
  const blocked = concerned.filter((change) => !isLifted(change))
  return [...result('blocked', blocked), ...result('lifted', concerned.filter(isLifted))]
}

function describe({ key, sessions_last_30_days: sessions }: Change, why: readonly string[]): string {
  const usage = sessions > 0 ? [`${sessions} ${sessions === 1 ? 'session' : 'sessions'} in the last 30 days`] : []
  const details = [...why, ...usage]
  return details.length > 0 ? `${key} (${details.join('; ')})` : key
}

/** Cuts long lists: the plan itself names every flow. */
export function enumerate(flows: readonly string[]): string {
  const shown = flows.slice(0, 5)
  const rest = flows.length - shown.length
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

function count(flows: number): string {
  return flows === 1 ? '1 flow' : `${flows} flows`
}

function weakens({ assurance }: Change): boolean {
  return assurance.effect === 'weakens' || assurance.effect === 'mixed'
}

/** Removing protection counts too. Otherwise two changes, each harmless alone, would get around it. */
function touchesProtection(change: Change): boolean {
  if (!change.before?.protected) return false
  return change.action === 'archive' || weakens(change) || change.after?.protected === false
}

function protectedReasons(change: Change): string[] {
  if (change.action === 'archive') return ['archived']
  return [...reasons(change, 'weakens'), ...(change.after?.protected === false ? ['protection removed'] : [])]
}

function reasons({ assurance }: Change, effect: 'weakens'): string[] {
  return assurance.reasons.filter((reason) => reason.effect === effect).map(({ message }) => message)
}

/**
 * The share counts flows that people are verified with today. So an adopted flow counts if it is active and changes: no
 * project managed it, but people used it. New and restored flows do not count at all, nor does adopting a flow
 * unchanged. Otherwise a plan with many of them could change all the others.
 */
function changesWhatIsTakenOver({ action, fields, previous_key: previousKey }: Change): boolean {
  if (action !== 'adopt' || fields.some(({ path }) => path === '/status')) return false
  return fields.length > 0 || previousKey !== null
}

function share(changes: readonly Change[], context: GuardContext): GuardResult[] {
  const { guards, allow, existing, approvals = {} } = context
  const { limit, level: given = 'block', min_flows: fewest = MIN_FLOWS_FOR_SHARE } = limitOf(guards)
  const level = approvals.max_change_share === undefined ? given : 'warn'
  if (level === 'allow') return []
  const takenOver = changes.filter(changesWhatIsTakenOver)
  const own = changes.filter(({ action }) => action === 'update' || action === 'rename' || action === 'archive')
  const changed = own.length + takenOver.length
  const all = existing + takenOver.length
  // Divide, do not multiply: 29 / 100 is exactly the number written 0.29, but 0.29 * 100 is less than 29.
  if (all < fewest || changed / all <= limit) return []
  const isLifted = allow.some((one) => one.guard === 'max_change_share')
  const result: GuardResult = {
    guard: 'max_change_share',
    status: level === 'warn' ? 'warned' : isLifted ? 'lifted' : 'blocked',
    keys: [],
    message: `would change ${changed} of ${all} flows (${percent(changed / all)}); ` + `the limit is ${percent(limit)}`,
  }
  return [result]
}

/** One deployment is written whole, so a plan that is more than one cannot be applied by any allowance. */
function size(flows: number): GuardResult[] {
  if (flows <= MOST_CHANGES) return []
  const [many, most] = [flows, MOST_CHANGES].map((number) => number.toLocaleString('en'))
  const way = 'bring the definitions in by several commits and apply each, or limit each run with --only'
  const message = `would write ${many} flows, and one deployment writes ${most} at most: ${way}`
  return [{ guard: 'deployment_size', status: 'blocked', keys: [], message }]
}

function limitOf({ max_change_share: given = 1 }: Guards): ChangeShare {
  return typeof given === 'number' ? { limit: given } : given
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`
}
