import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidDefinitions } from '../../app/failure.js'
import { type Definitions, readDefinitions } from '../../app/project/definitions.js'
import { readPolicies } from '../../app/project/policies.js'
import type { Project } from '../../app/project/project.js'
import { unmarked } from '../../app/setup/made-file.js'
import { commitInfo, trustCommand } from '../../ci/commit-info.js'
import { textInside } from '../../files/inside.js'
import { readCacheFile, writeCacheFile } from '../../load/cache/cache-file.js'
import { cacheKeyFolder, makeCacheKey } from '../../load/cache/cache-key.js'
import { canonicalJson } from '../../model/canonical.js'
import { concerning, type Diagnostic, hasError } from '../../model/diagnostic.js'
import { plural } from '../../text/text.js'
import { SCHEMAS } from '../commands/definitions/schema.js'
import { openProject } from '../options/project.js'
import type { Cli } from '../program/command.js'
import { version } from '../program/version.js'
import { type Found, ok, problem, warning } from './finding.js'

/** The project, or what is wrong with its configuration. */
export function checkConfiguration(cli: Cli): { readonly project?: Project; readonly found: Found } {
  const check = 'configuration'
  try {
    const project = openProject(cli)
    const environments = Object.keys(project.config.environments).join(', ')
    return { project, found: ok(check, `${project.configFile}: project ${project.config.project}, ${environments}`) }
  } catch (error) {
    if (error instanceof InvalidDefinitions) return { found: invalid(check, error.diagnostics) }
    const message = error instanceof Error ? error.message : String(error)
    return { found: problem(check, message, 'flows init makes one') }
  }
}

export function checkDefinitions(project: Project): Found[] {
  const { count, bases, diagnostics }: Definitions = readDefinitions(project)
  if (hasError(diagnostics)) return [invalid('definitions', diagnostics)]
  const extended = bases.length === 0 ? '' : ` and ${plural(bases.length, 'base')}`
  return [ok('definitions', `${plural(count, 'definition')}${extended} valid`)]
}

/** Keys of the flows that are defined for an environment; none where the definitions are not valid. */
export function definedKeys(project: Project, environment: string): readonly string[] {
  const definitions = readDefinitions(project)
  return hasError(concerning(definitions.diagnostics, environment))
    ? []
    : definitions.desired(environment).map(({ key }) => key)
}

function invalid(check: string, diagnostics: readonly Diagnostic[]): Found {
  const [first] = diagnostics
  const where = first === undefined ? '' : `: ${first.at.file}:${first.at.line}:${first.at.column} ${first.message}`
  return problem(check, `${plural(diagnostics.length, 'error')}${where}`, 'flows validate shows all of them')
}

/** Editors check definitions with these copies; the program uses its own. */
export function checkSchemas({ root }: Project): Found[] {
  const check = 'schemas'
  const copies = Object.entries(SCHEMAS).flatMap(([name, own]) => {
    const file = join('schemas', `${name}.schema.json`)
    return existsSync(join(root, file)) ? [{ name, file, isSame: isSame(root, file, own) }] : []
  })
  if (copies.length === 0) return [ok(check, 'the project keeps no copies of the schemas')]
  const other = copies.filter(({ isSame }) => !isSame)
  if (other.length === 0) return [ok(check, `${copies.map(({ file }) => file).join(', ')}: as those of this program`)]
  return other.map(({ name, file }) =>
    warning(
      check,
      `${file} is not the schema of flows ${version}: editors go by another one`,
      `flows schema ${name} > ${file}`,
    ),
  )
}

function isSame(root: string, file: string, own: object): boolean {
  try {
    return canonicalJson(JSON.parse(unmarked(textInside(root, file)))) === canonicalJson(own)
  } catch {
    return false
  }
}

export async function checkPolicies(project: Project): Promise<Found[]> {
  const check = 'policies'
  const { names, diagnostics } = await readPolicies(project)
  if (hasError(diagnostics)) return [invalid(check, diagnostics)]
  if (names.length > 0) return [ok(check, names.length === 1 ? '1 policy valid' : `${names.length} policies valid`)]
  const folder = project.config.policies ?? 'policies'
  if (!existsSync(join(project.root, folder))) return [ok(check, `there is no folder ${folder}`)]
  return [warning(check, `the folder ${folder} holds no .yaml file`)]
}

/** Written and read like everything in the cache, with the seal. */
export function checkCache({ root }: Project): Found[] {
  const mark = randomUUID()
  writeCacheFile(root, 'doctor.json', mark)
  if (readCacheFile<string>(root, 'doctor.json') === mark) return [ok('cache', '.flows/cache can be written')]
  const [folder, mend] = hasCacheKey()
    ? ['.flows/cache', 'see who owns .flows']
    : [cacheKeyFolder(), 'see who owns it, or name another folder: XDG_CACHE_HOME']
  return [warning('cache', `${folder} cannot be used: every run reads all definitions anew`, mend)]
}

/** Whether the key that seals the cache exists. It is outside the project. */
function hasCacheKey(): boolean {
  try {
    makeCacheKey()
    return true
  } catch {
    return false
  }
}

/** Asks git only: a commit in a job's variables may not be present here. */
export async function checkGit(root: string): Promise<Found[]> {
  let untrusted: string | undefined
  const onUntrusted = (folder: string) => {
    untrusted = folder
  }
  const commit = await commitInfo({ root, files: ['.'], env: {}, onUntrusted })
  if (untrusted !== undefined) {
    const message = 'git says nothing here, as the folder belongs to somebody else: what was committed is not known'
    return [warning('git', message, trustCommand(untrusted))]
  }
  if (commit === null) {
    const message = 'no commit can be told: deployments will not say what they were made of'
    return [warning('git', message, 'is git installed, and the project committed?')]
  }
  const at = `${commit.commit.slice(0, 12)}${commit.branch === null ? '' : ` on ${commit.branch}`}`
  if (commit.dirty) return [warning('git', `${at}, with changes that are not committed`)]
  if (commit.dirty === null) return [warning('git', `${at}; whether all is committed, git does not say`)]
  return [ok('git', at)]
}

/** The version that package.json asks for; older ones are not supported. */
const LEAST_NODE = [20, 19] as const

export function checkProgram(): Found[] {
  const { node } = process.versions
  const [major = 0, minor = 0] = node.split('.').map(Number)
  const isOld = major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1])
  if (isOld)
    return [problem('program', `flows ${version} needs Node ${LEAST_NODE.join('.')} or newer; this is ${node}`)]
  return [ok('program', `flows ${version}, Node ${node}`)]
}
