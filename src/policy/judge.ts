import { compareText } from '../model/canonical.js'
import type { Action, Assurance, PolicyResult } from '../model/plan.js'
import type { FlowConfig, Policy } from '../model/schema-types.js'
import type { Allowance } from '../plan/allowance.js'
import type { Expression, Unknown } from './expression.js'

/** A policy, ready to judge. */
export interface CompiledPolicy {
  readonly name: string
  readonly policy: Policy
  readonly when: Expression | null
  readonly require: Expression
}

/** A flow as policies see it. */
export interface JudgedFlow {
  readonly key: string
  readonly action: Action | 'noop'
  /** Null if the definition is gone. */
  readonly file: string | null
  /** The configuration after the change; for a flow to be archived, its present one. */
  readonly config: FlowConfig
  readonly before: FlowConfig | null
  readonly assurance: Pick<Assurance, 'effect' | 'exposes_link' | 'breaks_callers'>
  readonly sessions: number
}

export interface Target {
  readonly environment: string
  readonly livemode: boolean
  /** Guards and policies lifted by name for this run. */
  readonly allow: readonly Allowance[]
}

/** A result without its line, and the fields that it could point at, best first. */
export type Finding = Omit<PolicyResult, 'line' | 'path'> & { readonly fields: readonly string[] }

/**
 * What an environment's policies say about these flows: one finding for each flow that breaks a policy, by the policy's
 * name, then in the order of the flows. A policy that cannot be judged counts as broken: a rule that failed silently
 * would let through what it should stop.
 */
export function judge(
  policies: readonly CompiledPolicy[],
  flows: readonly JudgedFlow[],
  target: Target,
): readonly Finding[] {
  return policies
    .filter(({ policy }) => policy.environments?.includes(target.environment) ?? true)
    .toSorted((a, b) => compareText(a.name, b.name))
    .flatMap((policy) => flows.flatMap((flow) => findingOf(policy, flow, target)))
}

function findingOf(compiled: CompiledPolicy, flow: JudgedFlow, target: Target): Finding[] {
  const { name, policy, when, require } = compiled
  // What an archived flow asks of people does not matter, unless the rule is about archiving.
  if (flow.action === 'archive' && !(require.asksAction || when?.asksAction)) return []
  const message = verdict(compiled, flow, target)
  if (message === null) return []
  const level = policy.level ?? 'block'
  const { key, action, file } = flow
  const fields = policy.at === undefined ? require.fields : [policy.at]
  return [{ policy: name, status: statusOf(name, level, flow, target), level, key, action, file, message, fields }]
}

/** Why the flow breaks the policy; null if it does not, or if the policy is not about this flow. */
function verdict({ policy, when, require }: CompiledPolicy, flow: JudgedFlow, target: Target): string | null {
  const values = valuesOf(flow, target)
  const concerned = when === null ? true : when.evaluate(values)
  if (concerned === false) return null
  if (concerned !== true) return notJudged(policy, 'when', concerned)
  const holds = require.evaluate(values)
  if (holds === true) return null
  return holds === false ? policy.message : notJudged(policy, 'require', holds)
}

function notJudged({ message }: Policy, part: 'when' | 'require', { because }: Unknown): string {
  return `${message} ("${part}" cannot be judged: ${because})`
}

function statusOf(name: string, level: 'warn' | 'block', { key, action }: JudgedFlow, { allow }: Target) {
  // Otherwise the first deployment after a policy was added would fail because of unchanged flows.
  if (level === 'warn' || action === 'noop') return 'warned'
  const isLifted = allow.some((one) => one.policy === name && (one.key === undefined || one.key === key))
  return isLifted ? 'lifted' : 'blocked'
}

function valuesOf({ key, action, config, before, assurance, sessions }: JudgedFlow, target: Target) {
  const { effect, exposes_link, breaks_callers } = assurance
  return {
    flow: withEveryField(config),
    key,
    environment: target.environment,
    livemode: target.livemode,
    action,
    before: before && withEveryField(before),
    assurance: { effect, exposes_link, breaks_callers },
    sessions_last_30_days: BigInt(sessions), // CEL's int
  }
}

/** A policy compares what a flow lacks with null. */
function withEveryField(config: FlowConfig) {
  return { ...config, stripe_flow: config.stripe_flow ?? null }
}
