import { checkedDefinitions, openProject, targetOf } from '../cli/options/project.js'
import { remoteOf } from '../cli/options/target.js'
import type { Cli } from '../cli/program/command.js'
import type { FlowConfig, FlowKey } from '../model/flow.js'
import { stateOf } from './edits/observed.js'
import { badUsage } from './failure.js'
import type { Project } from './project/project.js'

export type Configs = ReadonlyMap<FlowKey, FlowConfig>

/** Two names of environments that are there and are not the same. */
export function twoEnvironments(cli: Cli, first: string, second: string): readonly [string, string] {
  const project = openProject(cli)
  for (const name of [first, second]) targetOf(project, cli, name)
  if (first === second) throw badUsage(`"${first}" is both: name two environments`)
  return [first, second]
}

/** The flows of two environments by key: as the definitions say, or as this project's active flows there are. */
export async function configsOf(
  cli: Cli,
  [first, second]: readonly [string, string],
  isObserved: boolean,
  keys: readonly FlowKey[],
): Promise<readonly [Configs, Configs]> {
  const project = openProject(cli)
  const get = (name: string) => (isObserved ? observedIn(cli, project, name) : definedIn(project, name))
  const both = [await get(first), await get(second)] as const
  const missing = keys.filter((key) => !both.some((configs) => configs.has(key)))
  if (missing.length > 0) throw badUsage(`there is no flow ${missing.map((key) => `"${key}"`).join(', ')}`)
  return keys.length === 0 ? both : [only(both[0], keys), only(both[1], keys)]
}

export async function observedIn(cli: Cli, project: Project, environment: string): Promise<Configs> {
  const state = await stateOf(await remoteOf(project, targetOf(project, cli, environment), cli.terminal), project)
  const own = state.flows.filter((flow) => flow.project === project.config.project && flow.status === 'active')
  return new Map(own.map(({ key, config }) => [key, config]))
}

async function definedIn(project: Project, environment: string): Promise<Configs> {
  return new Map(
    checkedDefinitions(project)
      .desired(environment)
      .map(({ key, config }) => [key, config]),
  )
}

function only(configs: Configs, keys: readonly FlowKey[]): Configs {
  return new Map([...configs].filter(([key]) => keys.includes(key)))
}
