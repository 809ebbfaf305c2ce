import type { Cli } from '../../cli/program/command.js'
import type { Deployment } from '../../model/deployment.js'
import type { FlowKey } from '../../model/flow.js'
import { isEmpty, type Plan } from '../../model/plan.js'
import type { ObservedState } from '../../model/state.js'
import { type Allowance, allowanceText } from '../../plan/allowance.js'
import { refusalOf } from '../../plan/refusal.js'
import { planText } from '../../render/plan/text.js'
import { confirmed, deploy, refuse } from '../deploy.js'
import { Failure } from '../failure.js'
import { planned } from '../plan-project.js'
import { projectCommit } from '../project/commit.js'

interface AdoptOptions {
  readonly yes: boolean
  readonly allow: readonly Allowance[]
  /** Whether the plan is shown and asked about in words. */
  readonly isHuman: boolean
  /** What is told to somebody who says no. */
  readonly refusedText: string
}

/** Takes over unmanaged flows by their definitions: an ordinary apply, limited to these flows. */
export async function adoptFlows(
  cli: Cli,
  environment: string,
  keys: readonly FlowKey[],
  options: AdoptOptions,
): Promise<{ plan: Plan; deployment: Deployment | null }> {
  const { terminal } = cli
  const { project, remote, plan } = await planned(cli, { env: environment, allow: options.allow, only: keys })
  if (options.isHuman) terminal.talk(`${planText(plan, terminal.talkPalette)}\n`)
  const refusal = refusalOf(plan)
  if (refusal) refuse(refusal, false)
  if (isEmpty(plan)) return { plan, deployment: null }
  if (!options.yes && !(await confirmed(cli, plan))) throw new Failure('not_confirmed', options.refusedText)
  const source = await projectCommit(project, terminal)
  const { deployment } = await deploy(cli, plan, remote, { source, allowed: options.allow.map(allowanceText) })
  return { plan, deployment }
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
