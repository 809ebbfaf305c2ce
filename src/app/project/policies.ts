import type { ReadDefinition } from '../../load/definition-files.js'
import { discover } from '../../load/discover.js'
import type { Diagnostic } from '../../model/diagnostic.js'
import { isObject } from '../../model/json.js'
import type { Plan } from '../../model/plan.js'
import type { Policy } from '../../model/schema-types.js'
import type { DesiredFlow, ObservedState } from '../../model/state.js'
import type { Allowance } from '../../plan/allowance.js'
import type { Places } from '../../plan/locate.js'
import type { CompiledPolicy } from '../../policy/judge.js'
import { overlap, plainFolder } from '../../validate/config.js'
import { linkedAway, missingFolder, type Project } from './project.js'
import { type Checks, type SetOptions, SourceSet } from './source-set.js'

/** All policies of a project, read and checked. */
export interface Policies {
  /** Names, in order. */
  readonly names: readonly string[]
  /** Everything that is wrong, in order of file, line and column. */
  readonly diagnostics: readonly Diagnostic[]
  /** SHA-256 over everything that decides what they say; null if there are none. */
  readonly digest: string | null
  /** Whether a policy reads how much a flow is used. Usage changes even while the flows stay the same. */
  readonly readUsage: boolean
  /** The plan with the findings of the policies. Only without errors. Without policies, the plan as it is. */
  judge(plan: Plan, about: PlanInputs): Promise<Plan>
}

/** What a plan was made from, and what was lifted by name for this run. */
export interface PlanInputs {
  readonly desired: readonly DesiredFlow[]
  readonly observed: ObservedState
  readonly allow: readonly Allowance[]
  readonly places: Places
}

/**
 * Reads and checks the policies of a project. Mistakes of users never make it throw. The expression language is loaded
 * only if there are policies; with the cache (the default), only if they have changed or have to judge something.
 */
export async function readPolicies(project: Project, options: SetOptions = {}): Promise<Policies> {
  const environments = Object.keys(project.config.environments)
  const found = findPolicies(project)
  const set = new SourceSet(project, { name: 'policies' }, found, environments, options)
  const isEmpty = found.files.length === 0
  const diagnostics = isEmpty ? found.diagnostics : set.isValid ? [] : set.check(await checksOf(environments))
  let rules: readonly CompiledPolicy[] | undefined
  return {
    names: set.listed.map(({ key }) => key).sort(),
    diagnostics,
    digest: isEmpty ? null : set.digest,
    get readUsage() {
      // The search is by name, which has only one spelling. A match in a message counts too, and does no harm.
      return set.read().some(({ value }) => JSON.stringify(value ?? null).includes('sessions_last_30_days'))
    },
    judge: async (plan, { desired, observed, allow, places }) => {
      if (diagnostics.length > 0) throw new Error('policies with errors judge nothing')
      if (isEmpty) return plan
      const { judge, judgedFlows, place } = await loadLanguage()
      rules ??= await compiled(set.read())
      const { environment, livemode } = plan
      const findings = judge(rules, judgedFlows(plan, desired, observed), { environment, livemode, allow })
      return { ...plan, policies: place(findings, environment, places) }
    },
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

/** The folder of the policies; undefined if it is the default and overlaps with the folder of the definitions. */
export function policiesFolder({ config }: Project): string | undefined {
  const folder = plainFolder(config.policies ?? 'policies')
  return config.policies === undefined && config.flows.some((one) => overlap(folder, one)) ? undefined : folder
}

/** The files of the policies, unread. The usual folder may be missing. */
export function findPolicies(project: Project): ReturnType<typeof discover> {
  const { root, config } = project
  const folder = policiesFolder(project)
  const isNamed = config.policies !== undefined
  if (folder === undefined) return { files: [], diagnostics: [], exists: false }
  const found = discover(root, folder)
  // Rules that are not read are not enforced, so this is an error even for the default folder.
  if (found.exists === 'link') return { ...found, diagnostics: [linkedAway(project, 'policies', folder)] }
  if (found.exists || !isNamed) return found
  const missing = missingFolder(project, 'policies', folder)
  return { ...found, diagnostics: [missing] }
}

async function checksOf(environments: readonly string[]): Promise<Checks> {
  const { compilePolicy } = await loadLanguage()
  const { checkPolicy, checkPolicySet } = await import('../../validate/policy.js')
  return {
    file: ({ key, value }) => {
      const issues = checkPolicy(value, environments)
      const faults = isObject(value) ? compilePolicy(key, value as unknown as Policy).faults : []
      return { issues, within: faults.filter(({ pointer }) => !issues.some((issue) => issue.pointer === pointer)) }
    },
    set: checkPolicySet,
  }
}
