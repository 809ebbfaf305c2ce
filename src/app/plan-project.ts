import { warnOfIdle } from '../cli/options/allow.js'
import { checkOnly } from '../cli/options/only.js'
import { checkedSources, openProject, targetOf } from '../cli/options/project.js'
import { remoteOf } from '../cli/options/target.js'
import type { Cli } from '../cli/program/command.js'
import type { Plan } from '../model/plan.js'
import type { Allowance } from '../plan/allowance.js'
import type { Remote } from '../remote/remote.js'
import { planFlows } from './plan.js'
import { planMemory } from './plan-memory.js'
import type { Project } from './project/project.js'

export interface Planned {
  readonly project: Project
  readonly remote: Remote
  readonly plan: Plan
}

/** The plan of an environment, made with a reader that cannot write and is closed again. Nothing is shown of it. */
export async function planned(
  cli: Cli,
  options: {
    readonly env?: string | undefined
    readonly allow: readonly Allowance[]
    readonly only: readonly string[]
    /** Whether the plan is to say where it was made, so that it can be applied there. */
    readonly isSaved?: boolean
  },
): Promise<Planned> {
  const project = openProject(cli)
  const { name, settings } = targetOf(project, cli, options.env)
  const { definitions, policies } = await checkedSources(project)
  const remote = await remoteOf(project, { name, settings }, cli.terminal)
  const reader = await remote.reader()
  const { digest } = definitions
  const subject = {
    definitions: digest,
    policies: policies.digest,
    project: project.config.project,
    environment: name,
    settings,
    remote: remote.label,
    allow: options.allow,
  }
  const plan = await planFlows(
    definitions,
    reader,
    {
      project: project.config.project,
      environment: name,
      guards: settings.guards ?? {},
      allow: options.allow,
      policies,
      only: options.only.length > 0 ? options.only : undefined,
      address: options.isSaved ? remote.address : undefined,
    },
    // What is remembered is the plan of every flow, and it names no store.
    options.isSaved || options.only.length > 0 ? undefined : planMemory(project.root, subject),
  ).finally(() => reader.close())
  checkOnly(
    options.only,
    plan,
    definitions.desired(name).map(({ key }) => key),
  )
  warnOfIdle(cli, plan, options.allow, policies.names)
  return { project, remote, plan }
}
