import { lstatSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { Option } from '@commander-js/extra-typings'
import { badUsage, InvalidDefinitions } from '../../app/failure.js'
import { type Definitions, readDefinitions } from '../../app/project/definitions.js'
import { type Policies, readPolicies } from '../../app/project/policies.js'
import {
  CONFIG_FILES,
  configFilesIn,
  defaultEnvironment,
  loadProject,
  type Project,
} from '../../app/project/project.js'
import { compareDiagnostics, type Diagnostic, hasError } from '../../model/diagnostic.js'
import type { Environment } from '../../model/schema-types.js'
import { suggest } from '../../text/nearest.js'
import type { Cli } from '../program/command.js'

export const [CONFIG_FILE] = CONFIG_FILES

/** The configuration file: as given, else the nearest one from here upwards. */
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

/** As `findConfig`; undefined where there is none. Of two in one folder the first. */
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

/** What a link leads to is looked at by whoever opens it. */
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

/** Definitions without errors; throws InvalidDefinitions with all of them otherwise. */
export function checkedDefinitions(project: Project): Definitions {
  const definitions = readDefinitions(project)
  if (hasError(definitions.diagnostics)) throw new InvalidDefinitions(definitions.diagnostics, project.root)
  return definitions
}

export interface Sources {
  readonly definitions: Definitions
  readonly policies: Policies
  /** Everything that is wrong with either. */
  readonly diagnostics: readonly Diagnostic[]
}

/** The definitions and policies of a project, with all that is wrong with them. */
export async function readSources(project: Project, options: { cache?: boolean } = {}): Promise<Sources> {
  const definitions = readDefinitions(project, options)
  const policies = await readPolicies(project, options)
  const diagnostics = [...definitions.diagnostics, ...policies.diagnostics].sort(compareDiagnostics)
  return { definitions, policies, diagnostics }
}

/** Definitions and policies without errors; throws InvalidDefinitions with all of them otherwise. */
export async function checkedSources(project: Project): Promise<Sources> {
  const sources = await readSources(project)
  if (hasError(sources.diagnostics)) throw new InvalidDefinitions(sources.diagnostics, project.root)
  return sources
}

/** Policies without errors, for whoever needs no definitions. */
export async function checkedPolicies(project: Project): Promise<Policies> {
  const policies = await readPolicies(project)
  if (hasError(policies.diagnostics)) throw new InvalidDefinitions(policies.diagnostics, project.root)
  return policies
}

export interface Target {
  readonly name: string
  readonly settings: Environment
}

export const environmentOption = new Option(
  '-e, --env <name>',
  'environment (default: FLOWS_ENV, else the only one, else local)',
)

/** The environment given by --env, else by FLOWS_ENV (empty is unset), else the only one, else `local`. */
export function targetOf(project: Project, cli: Cli, given: string | undefined): Target {
  const { environments } = project.config
  const names = Object.keys(environments)
  const wanted = given ?? (cli.terminal.env.FLOWS_ENV || defaultEnvironment(project))
  const settings = Object.hasOwn(environments, wanted) ? environments[wanted] : undefined
  if (settings === undefined) {
    throw badUsage(`the configuration has no environment "${wanted}"`, suggest(wanted, names, 'it has'))
  }
  return { name: wanted, settings }
}
