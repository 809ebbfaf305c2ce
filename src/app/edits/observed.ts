import { checkedDefinitions, openProject, type Target, targetOf } from '../../cli/options/project.js'
import { remoteOf } from '../../cli/options/target.js'
import type { Cli } from '../../cli/program/command.js'
import type { ObservedState } from '../../model/state.js'
import type { Remote } from '../../remote/remote.js'
import type { Definitions } from '../project/definitions.js'
import type { Project } from '../project/project.js'
import { finishEdits } from './write-edits.js'

export interface Observed {
  readonly project: Project
  readonly target: Target
  readonly definitions: Definitions
  readonly remote: Remote
  readonly state: ObservedState
}

/**
 * Definitions that are to be edited, checked, and the state of an environment, read with a reader that is closed again.
 * `check`: nothing may be written.
 */
export async function observed(
  cli: Cli,
  env: string | undefined,
  {
    definitionsOf = checkedDefinitions,
    check = false,
  }: { readonly definitionsOf?: (project: Project) => Definitions; readonly check?: boolean } = {},
): Promise<Observed> {
  const project = openProject(cli)
  const target = targetOf(project, cli, env)
  finishEdits(cli, project, check)
  const definitions = definitionsOf(project)
  const remote = await remoteOf(project, target, cli.terminal)
  return { project, target, definitions, remote, state: await stateOf(remote, project) }
}

export async function stateOf(remote: Remote, { config }: Project): Promise<ObservedState> {
  const reader = await remote.reader()
  return reader.state(config.project).finally(() => reader.close())
}
