import { lstatSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { followed } from '../../files/inside.js'
import { decode } from '../../load/decode.js'
import { readBounded } from '../../load/discover.js'
import { parse } from '../../load/parse.js'
import { placeIssues, positionOf } from '../../load/place-issues.js'
import { SourceMap } from '../../load/source-map.js'
import { compareDiagnostics, type Diagnostic, type SourcePosition } from '../../model/diagnostic.js'
import { type Mode, modeOf } from '../../model/mode.js'
import type { Config } from '../../model/schema-types.js'
import { checkConfig, flowsFolders, overlap, plainFolder } from '../../validate/config.js'

/** A folder with a valid configuration file. */
export interface Project {
  /** Absolute path of the folder that holds the configuration file, with links resolved. */
  readonly root: string
  /** Name of the configuration file in that folder. */
  readonly configFile: string
  readonly config: ProjectConfig
}

/**
 * The configuration with its defaults filled in. A folder that links to another folder of the project is replaced by
 * that folder, as git and editors know it.
 */
type ProjectConfig = Omit<Config, 'flows'> & { readonly flows: readonly [string, ...string[]] }

/** Names of the configuration file. The first is the one that is created, and the default. */
export const CONFIG_FILES = ['flows.config.yaml', 'flows.config.yml'] as const

/** The configuration files in a folder, including broken links. A project has one. */
export function configFilesIn(folder: string): readonly string[] {
  return CONFIG_FILES.map((name) => join(folder, name)).filter(isThere)
}

/** Reads the configuration file. `project` is present exactly if there are no diagnostics. */
export function loadProject(configFile: string): { project?: Project; diagnostics: readonly Diagnostic[] } {
  const path = resolve(configFile)
  const root = realFolder(dirname(path))
  const name = basename(path)
  const read = readBounded(root, name)
  if ('fault' in read) return { diagnostics: [isThere(path) ? read.fault : withHint(read.fault)] }
  const decoded = decode(name, read.bytes)
  if ('fault' in decoded) return { diagnostics: [decoded.fault] }
  const { value, diagnostics } = parse(name, decoded.text)
  const issues = value === undefined ? [] : checkConfig(value)
  const kept = diagnostics.length === 0 ? issues : issues.filter(({ code }) => code !== 'MISSING_FIELD')
  const all = [...diagnostics, ...(kept.length === 0 ? [] : placeIssues(name, kept, new SourceMap(decoded.text)))]
  if (all.length > 0) return { diagnostics: all.sort(compareDiagnostics) }
  return { project: { root, configFile: name, config: withFolders(root, value as Config) }, diagnostics: [] }
}

function withFolders(root: string, config: Config): ProjectConfig {
  const [first = 'flows', ...others] = flowsFolders(config.flows).map((folder) => folderBehind(root, folder))
  const flows = [first, ...others] as const
  const named = plainFolder(config.policies ?? 'policies')
  const policies = folderBehind(root, named)
  const isLink = policies !== named && !flows.some((folder) => overlap(policies, folder))
  const tests = config.tests === undefined ? undefined : folderBehind(root, plainFolder(config.tests))
  return { ...config, flows, ...(isLink && { policies }), ...(tests !== undefined && { tests }) }
}

/** The folder inside the project that a configured folder links to; else the folder as it is named. */
function folderBehind(root: string, folder: string): string {
  try {
    const parts = relative(root, followed(root, folder)).split(sep)
    return parts.some((part) => part === '' || part.startsWith('.')) ? folder : parts.join('/')
  } catch {
    return folder
  }
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return folder
  }
}

/** The environment that is used if none is named: the only one, else `local`. */
export function defaultEnvironment({ config }: Project): string {
  const names = Object.keys(config.environments)
  return (names.length === 1 ? names[0] : undefined) ?? 'local'
}

/** Path of a project's embedded store, relative to a folder. */
export function storeFrom(folder: string, { root }: Project): string {
  return relative(folder, join(root, '.flows', 'store.sqlite'))
}

/** Where the flows of an environment are: a flows API and its mode, or the embedded store by its path from a folder. */
export function placeOf(
  project: Project,
  environment: string,
  folder: string,
): { readonly api: string; readonly mode: Mode } | { readonly store: string } {
  const settings = project.config.environments[environment]
  return settings?.api === undefined
    ? { store: storeFrom(folder, project).split(sep).join('/') }
    : { api: settings.api, mode: modeOf(settings) }
}

/** Where the configuration says something; the start of the file if it does not. */
export function locateInConfig({ root, configFile }: Project, pointer: string): SourcePosition {
  const read = readBounded(root, configFile)
  const decoded = 'fault' in read ? undefined : decode(configFile, read.bytes)
  const source = decoded === undefined || 'fault' in decoded ? undefined : new SourceMap(decoded.text)
  return source?.key(pointer) === undefined
    ? { file: configFile, line: 1, column: 1 }
    : positionOf(configFile, { pointer, part: 'value' }, source)
}

/** The fault of a folder that the configuration names although it is not there. */
export function missingFolder(project: Project, field: 'policies' | 'tests', folder: string): Diagnostic {
  return {
    severity: 'error',
    code: 'FOLDER_MISSING',
    message: `there is no folder "${folder}"`,
    hint: `make it, or remove "${field}"`,
    at: locateInConfig(project, `/${field}`),
  }
}

/** The fault of a configured folder that links to anything but a folder of the project. */
export function linkedAway(
  project: Project,
  field: 'flows' | 'policies' | 'tests',
  folder: string,
  pointer = `/${field}`,
): Diagnostic {
  return {
    severity: 'error',
    code: 'LINK_OUTSIDE',
    message: `the folder "${folder}" is a link, and does not lead to a folder of this project: it is not opened`,
    hint: `put a folder in its place, or name another one in "${field}"`,
    at: locateInConfig(project, pointer),
  }
}

/** A broken link counts as present, too. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path) !== undefined
  } catch {
    return false
  }
}

function withHint(missing: Diagnostic): Diagnostic {
  return { ...missing, hint: '"flows init" makes one' }
}
