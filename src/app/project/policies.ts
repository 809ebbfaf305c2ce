import { readCacheFile, writeCacheFile } from '../../load/cache/cache-file.js'
import { DefinitionFiles, type ReadDefinition } from '../../load/definition-files.js'
import { discover } from '../../load/discover.js'
import { placeIssues } from '../../load/place-issues.js'
import { canonicalJson, sha256 } from '../../model/canonical.js'
import { compareDiagnostics, type Diagnostic, type SourcePosition } from '../../model/diagnostic.js'
import { isObject } from '../../model/json.js'
import type { Plan } from '../../model/plan.js'
import type { Policy } from '../../model/schema-types.js'
import type { DesiredFlow, ObservedState } from '../../model/state.js'
import type { Allowance } from '../../plan/allowance.js'
import type { Places } from '../../plan/locate.js'
import type { CompiledPolicy } from '../../policy/judge.js'
import { overlap, plainFolder } from '../../validate/config.js'
import type { FileIssue } from '../../validate/definition-set.js'
import { FINGERPRINT } from '../../validate/generated/fingerprint.js'
import { linkedAway, locateInConfig, type Project } from './project.js'

/** All policies of a project, read and checked. */
export interface Policies {
  /** Names, in order. */
  readonly names: readonly string[]
  /** Everything that is wrong, in order of file, line and column. */
  readonly diagnostics: readonly Diagnostic[]
  /** SHA-256 over all that decides what they say; null where there are none. */
  readonly digest: string | null
  /** Whether one of them asks how much a flow is used: figures that go on changing while the flows stay as they are. */
  readonly readUsage: boolean
  /** The same plan with what the policies say of it. Only without errors. Where there are none, the plan as it is. */
  judge(plan: Plan, about: Judged): Promise<Plan>
}

/** What a plan was made of, and what was lifted by name for this run. */
export interface Judged {
  readonly desired: readonly DesiredFlow[]
  readonly observed: ObservedState
  readonly allow: readonly Allowance[]
  readonly places: Places
}

/**
 * Reads and checks the policies of a project. Never throws for what users write. The expression language is loaded where
 * there are policies only, and with the cache (the default) only where they have changed, or are to judge something.
 */
export async function readPolicies(project: Project, options: { cache?: boolean } = {}): Promise<Policies> {
  const { root } = project
  const { files: listed, diagnostics: folderFaults } = findPolicies(project)
  const files = new DefinitionFiles(root, listed, { cache: undefined, parse: true })
  const read = files.read()
  const names = read.map(({ key }) => key).sort()
  if (read.length === 0) return new ReadPolicies(names, folderFaults, null, [])

  const digest = digestOf(project, read)
  const isKnown = options.cache !== false && folderFaults.length === 0 && readCacheFile(root, VALID_SET) === digest
  if (isKnown) return new ReadPolicies(names, [], digest, read)
  const diagnostics = [...folderFaults, ...(await check(project, read, files))].sort(compareDiagnostics)
  if (diagnostics.length === 0 && options.cache !== false) writeCacheFile(root, VALID_SET, digest)
  return new ReadPolicies(names, diagnostics, digest, read)
}

/** Digest of the last set of policies that was found to be without fault. */
const VALID_SET = 'policies.set'

class ReadPolicies implements Policies {
  readonly names: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
  readonly digest: string | null
  readonly readUsage: boolean
  readonly #read: readonly ReadDefinition[]
  #compiled: readonly CompiledPolicy[] | undefined

  constructor(
    names: readonly string[],
    diagnostics: readonly Diagnostic[],
    digest: string | null,
    read: readonly ReadDefinition[],
  ) {
    this.names = names
    this.diagnostics = diagnostics
    this.digest = digest
    // By the name, which has one spelling only; in a message it counts as well, and does no harm.
    this.readUsage = read.some(({ value }) => JSON.stringify(value ?? null).includes('sessions_last_30_days'))
    this.#read = read
  }

  async judge(plan: Plan, { desired, observed, allow, places }: Judged): Promise<Plan> {
    if (this.diagnostics.length > 0) throw new Error('policies with errors judge nothing')
    if (this.#read.length === 0) return plan
    const { judge, judgedFlows, place } = await loadLanguage()
    this.#compiled ??= await compiled(this.#read)
    const { environment, livemode } = plan
    const flows = judgedFlows(plan, desired, observed)
    const findings = judge(this.#compiled, flows, { environment, livemode, allow })
    return { ...plan, policies: place(findings, environment, places) }
  }
}

async function compiled(read: readonly ReadDefinition[]): Promise<CompiledPolicy[]> {
  const { compilePolicy } = await loadLanguage()
  return read.map(({ key, value }) => {
    const { policy, faults } = compilePolicy(key, value as Policy)
    if (policy === undefined) throw new Error(`the policy ${key} was checked, but has ${faults.length} faults`)
    return policy
  })
}

function loadLanguage() {
  return import('../../policy/policy.js')
}

/** The folder of the policies; undefined where the usual one is what holds the definitions. */
export function policiesFolder({ config }: Project): string | undefined {
  const folder = plainFolder(config.policies ?? 'policies')
  return config.policies === undefined && overlap(folder, config.flows) ? undefined : folder
}

/** The files of the policies, unread. The usual folder may be missing. */
export function findPolicies(project: Project): ReturnType<typeof discover> {
  const { root, config } = project
  const folder = policiesFolder(project)
  const isNamed = config.policies !== undefined
  if (folder === undefined) return { files: [], diagnostics: [], exists: false }
  const found = discover(root, folder)
  // Rules that nobody reads are rules that nobody keeps, also where the folder is the usual one.
  if (found.exists === 'link') return { ...found, diagnostics: [linkedAway(project, 'policies', folder)] }
  if (found.exists || !isNamed) return found
  const missing: Diagnostic = {
    severity: 'error',
    code: 'FOLDER_MISSING',
    message: `there is no folder "${folder}"`,
    hint: 'make it, or remove "policies"',
    at: locateInConfig(project, '/policies'),
  }
  return { ...found, diagnostics: [missing] }
}

async function check(project: Project, read: readonly ReadDefinition[], files: DefinitionFiles): Promise<Diagnostic[]> {
  const environments = Object.keys(project.config.environments)
  const { compilePolicy } = await loadLanguage()
  const { checkPolicy, checkPolicySet } = await import('../../validate/policy.js')
  const diagnostics: Diagnostic[] = []
  for (const policy of read) {
    const { file, key, value } = policy
    diagnostics.push(...policy.diagnostics)
    if (value === undefined) continue
    const all = checkPolicy(value, environments)
    // A field may be missing because YAML's faults hid it.
    const issues = policy.diagnostics.length === 0 ? all : all.filter(({ code }) => code !== 'MISSING_FIELD')
    const faults = isObject(value)
      ? compilePolicy(key, value as unknown as Policy).faults.filter(
          ({ pointer }) => !issues.some((issue) => issue.pointer === pointer),
        )
      : []
    if (issues.length + faults.length === 0) continue
    const source = files.source(policy)
    diagnostics.push(...placeIssues(file, issues, source))
    for (const { code, message, hint, pointer, offset } of faults) {
      const at = { file, ...(source?.within(pointer, offset) ?? { line: 1, column: 1 }) }
      diagnostics.push({ severity: 'error', code, message, ...(hint !== undefined && { hint }), at })
    }
  }
  return [...diagnostics, ...checkPolicySet(read).map(ofWholeFile)]
}

function ofWholeFile({ file, issue: { code, message, hint }, related = [] }: FileIssue): Diagnostic {
  const beginning = (one: string): SourcePosition => ({ file: one, line: 1, column: 1 })
  return {
    severity: 'error',
    code,
    message,
    ...(hint !== undefined && { hint }),
    at: beginning(file),
    ...(related.length > 0 && { related: related.map((other) => beginning(other.file)) }),
  }
}

/** What the configuration says of environments decides as well: a policy may name one. */
function digestOf({ config }: Project, read: readonly ReadDefinition[]): string {
  const list = read.map(({ file, hash }) => `${JSON.stringify(file)} ${hash}\n`).join('')
  return sha256(`${FINGERPRINT}\n${canonicalJson(Object.keys(config.environments))}\n${list}`)
}
