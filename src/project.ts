import { existsSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { decode } from './load/decode.js'
import { readBounded } from './load/discover.js'
import { parse } from './load/parse.js'
import { placeIssues, positionOf } from './load/place-issues.js'
import { SourceMap } from './load/source-map.js'
import { compareDiagnostics, type Diagnostic, type SourcePosition } from './model/diagnostic.js'
import { type Mode, modeOf } from './model/mode.js'
import type { Config } from './model/schema-types.js'
import { checkConfig, plainFolder } from './validate/config.js'

/** A folder with a configuration file that is valid. */
export interface Project {
  /** Absolute path of the folder that holds the configuration file. */
  readonly root: string
  /** Name of the configuration file in that folder. */
  readonly configFile: string
  readonly config: ProjectConfig
}

/** The configuration with its defaults filled in. */
export type ProjectConfig = Config & Required<Pick<Config, 'flows'>>

/** Reads the configuration file. `project` is there exactly when there is no diagnostic. */
export function loadProject(configFile: string): { project?: Project; diagnostics: readonly Diagnostic[] } {
  const path = resolve(configFile)
  const root = dirname(path)
  const name = basename(path)
  const read = readBounded(root, name)
  if ('fault' in read) return { diagnostics: [existsSync(path) ? read.fault : withHint(read.fault)] }
  const decoded = decode(name, read.bytes)
  if ('fault' in decoded) return { diagnostics: [decoded.fault] }
  const { value, diagnostics } = parse(name, decoded.text)
  const issues = value === undefined ? [] : checkConfig(value)
  const kept = diagnostics.length === 0 ? issues : issues.filter(({ code }) => code !== 'MISSING_FIELD')
  const all = [...diagnostics, ...(kept.length === 0 ? [] : placeIssues(name, kept, new SourceMap(decoded.text)))]
  if (all.length > 0) return { diagnostics: all.sort(compareDiagnostics) }
  const config = value as Config
  const flows = plainFolder(config.flows ?? 'flows')
  return { project: { root, configFile: name, config: { ...config, flows } }, diagnostics: [] }
}

/** The environment that is meant where nobody names one: the only one, else `local`. */
export function defaultEnvironment({ config }: Project): string {
  const names = Object.keys(config.environments)
  return (names.length === 1 ? names[0] : undefined) ?? 'local'
}

/** Where the embedded store of a project lies, as seen from a folder. */
export function storeFrom(folder: string, { root }: Project): string {
  return relative(folder, join(root, '.flows', 'store.sqlite'))
}

/** Where the flows of an environment are: a flows API and its mode, else the embedded store, by its path from a folder. */
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

/** Where the configuration says something; its beginning where it does not. */
export function locateInConfig({ root, configFile }: Project, pointer: string): SourcePosition {
  const read = readBounded(root, configFile)
  const decoded = 'fault' in read ? undefined : decode(configFile, read.bytes)
  const source = decoded === undefined || 'fault' in decoded ? undefined : new SourceMap(decoded.text)
  return source?.key(pointer) === undefined
    ? { file: configFile, line: 1, column: 1 }
    : positionOf(configFile, { pointer, part: 'value' }, source)
}

function withHint(missing: Diagnostic): Diagnostic {
  return { ...missing, hint: '"flows init" makes one' }
}
