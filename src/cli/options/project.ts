import { lstatSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { Option } from '@commander-js/extra-typings'
import { badUsage, InvalidDefinitions } from '../../app/failure.js'
import {
  CONFIG_FILES,
  configFilesIn,
  defaultEnvironment,
  loadProject,
  type Project,
} from '../../app/project/project.js'
import { type Ports, type Site, type Target, targetNamed } from '../../app/site.js'
import type { Cli } from '../program/command.js'
import { reporterOn } from '../program/reporter.js'
import { remoteOf } from './target.js'

export const [CONFIG_FILE] = CONFIG_FILES

/** The configuration file: as given, else the nearest one, from here upwards. */
function findConfig(cli: Cli): string {
  const { configFile } = cli
  const found = nearestConfig(cli)
  if (found === undefined) {
    throw configFile === undefined
      ? badUsage(`there is no ${CONFIG_FILE} here or in a folder above`, 'flows init makes one')
      : badUsage(`there is no file ${configFile}`)
  }
  const others = configFilesIn(dirname(found)).filter((file) => file !== found)
  if (configFile === undefined && others.length > 0) {
    const names = [found, ...others].map((file) => basename(file))
    throw badUsage(`${names.join(' and ')} are in one folder: nobody knows which is meant`, 'remove one of them')
  }
  return found
}

/** Like `findConfig`; undefined if there is none. If a folder has two, the first. */
export function nearestConfig({ configFile, terminal }: Cli): string | undefined {
  if (configFile !== undefined) {
    const given = resolve(terminal.cwd, configFile)
    return isFileOrLink(given) ? given : undefined
  }
  for (let folder = terminal.cwd; ; folder = dirname(folder)) {
    const [found] = configFilesIn(folder)
    if (found !== undefined) return found
    if (folder === dirname(folder)) return undefined
  }
}

/** The code that opens a link checks where it leads. */
function isFileOrLink(path: string): boolean {
  try {
    const found = lstatSync(path)
    return found.isFile() || found.isSymbolicLink()
  } catch {
    return false
  }
}

/** Throws InvalidDefinitions with every fault of the configuration. */
export function openProject(cli: Cli): Project {
  const configFile = findConfig(cli)
  const { project, diagnostics } = loadProject(configFile)
  if (project === undefined) throw new InvalidDefinitions(diagnostics, dirname(configFile))
  return project
}

export const environmentOption = new Option(
  '-e, --env <name>',
  'environment (default: FLOWS_ENV, else the only one, else local)',
)

/** The environment given by --env, else by FLOWS_ENV (empty is unset), else the only one, else `local`. */
export function targetOf(project: Project, { terminal }: Cli, given: string | undefined): Target {
  return targetNamed(project, given ?? (terminal.env.FLOWS_ENV || defaultEnvironment(project)))
}

/** The ports that the command line passes to use cases. */
export function portsOf({ terminal }: Cli): Ports {
  return {
    connect: (project, target) => remoteOf(project, target, terminal),
    env: terminal.env,
    approversOf: async (commit) => {
      // Needed by few, and it loads much.
      const { forgeOf, telling } = await import('../review/forge.js')
      const { approversOf } = await import('../../app/review/approvers.js')
      return telling(() => approversOf(forgeOf(terminal, true), commit), true)
    },
    reporter: reporterOn(terminal),
  }
}

/** Where a command works: the nearest project from here upwards, and the environment that its options name. */
export function siteOf(cli: Cli, env: string | undefined): Site {
  const project = openProject(cli)
  return { ...portsOf(cli), project, target: targetOf(project, cli, env) }
}

/** Two environments, which must differ. */
export function twoSites(cli: Cli, first: string, second: string): readonly [Site, Site] {
  const project = openProject(cli)
  const [one, other] = [targetNamed(project, first), targetNamed(project, second)]
  if (first === second) throw badUsage(`"${first}" is both: name two environments`)
  return [
    { ...portsOf(cli), project, target: one },
    { ...portsOf(cli), project, target: other },
  ]
}
