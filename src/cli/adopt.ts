import type { Definitions } from '../definitions.js'
import type { Deployment } from '../model/deployment.js'
import type { FlowKey } from '../model/flow.js'
import type { Plan } from '../model/plan.js'
import type { ObservedState } from '../model/state.js'
import type { Allowance } from '../plan/guard.js'
import { plan } from '../plan/plan.js'
import { refusalOf } from '../plan/refusal.js'
import { planText } from '../render/plan/text.js'
import { allowanceText, warnOfIdle } from './allow.js'
import type { Cli } from './command.js'
import { confirmed, deploy, refuse } from './commands/apply.js'
import { Failure } from './failure.js'
import { gitCommit } from './git.js'
import type { Observed } from './observed.js'

interface AdoptOptions {
  readonly yes: boolean
  readonly allow: readonly Allowance[]
  /** Whether the plan is shown and asked about in words. */
  readonly isHuman: boolean
  /** What is told to somebody who says no. */
  readonly refusedText: string
}

/** Takes over unmanaged flows by their definitions: an ordinary apply of these changes and no others. */
export async function adoptFlows(
  cli: Cli,
  { project, target, remote, state }: Observed,
  definitions: Definitions,
  keys: readonly FlowKey[],
  options: AdoptOptions,
): Promise<{ plan: Plan; deployment: Deployment }> {
  const { terminal } = cli
  const made = adoptPlan(definitions, state, keys, {
    project: project.config.project,
    environment: target.name,
    guards: target.settings.guards ?? {},
    allow: options.allow,
  })
  warnOfIdle(cli, made, options.allow)
  if (options.isHuman) terminal.talk(`${planText(made, terminal.talkPalette)}\n`)
  const refusal = refusalOf(made)
  if (refusal) refuse(refusal)
  if (!options.yes && !(await confirmed(cli, made))) throw new Failure('not_confirmed', options.refusedText)
  const deployment = await deploy(cli, made, remote, {
    source: await gitCommit(project.root),
    allowed: options.allow.map(allowanceText),
  })
  return { plan: made, deployment }
}

/** The plan of these flows alone: whatever else differs stays for the next ordinary apply. */
function adoptPlan(
  definitions: Definitions,
  state: ObservedState,
  keys: readonly FlowKey[],
  options: Parameters<typeof plan>[2],
): Plan {
  const desired = definitions.desired(options.environment).filter(({ key }) => keys.includes(key))
  return plan(desired, { ...state, flows: state.flows.filter(({ key }) => keys.includes(key)) }, options)
}

/** Why these flows cannot be taken over, all at once; `isImport` tells whether they must have a definition or must not. */
export function checkUnmanaged(
  state: ObservedState,
  keys: readonly FlowKey[],
  about: {
    readonly project: string
    readonly environment: string
    readonly defined: readonly FlowKey[]
    readonly isImport: boolean
  },
): void {
  const { project, environment, defined, isImport } = about
  const faults = keys.flatMap((key) => {
    const flow = state.flows.find((one) => one.key === key)
    if (flow === undefined) return [`there is no flow "${key}" in ${environment}`]
    if (flow.project === project)
      return [`"${key}" is managed by this project already: flows pull writes its edits here`]
    if (flow.project !== null)
      return [`"${key}" is managed by project "${flow.project}": that project must give it up first`]
    if (flow.status === 'archived') return [`"${key}" is archived: restore it in the service first`]
    if (isImport && defined.includes(key))
      return [`"${key}" has a definition already: flows adopt ${key} takes the flow over`]
    if (!isImport && !defined.includes(key)) return [`"${key}" has no definition: flows import ${key} makes one`]
    return []
  })
  if (faults.length > 0) throw new Failure('not_adoptable', `Nothing was written: ${faults.join('; ')}.`)
}
