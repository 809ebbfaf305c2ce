import { ciJob } from '../ci/job.js'
import { warnOfIdle } from '../cli/options/allow.js'
import { checkedDefinitions, checkedPolicies, openProject, type Target, targetOf } from '../cli/options/project.js'
import { remoteOf } from '../cli/options/target.js'
import type { Cli } from '../cli/program/command.js'
import { ExitCode } from '../cli/program/exit-code.js'
import type { Deployment } from '../model/deployment.js'
import type { Plan, SavedPlan } from '../model/plan.js'
import type { ObservedState } from '../model/state.js'
import { type Allowance, parseAllowance } from '../plan/allowance.js'
import { approvedPlaces, type Difference, differences, planApproved, withApprovedPlaces } from '../plan/approved.js'
import { refusalOf } from '../plan/refusal.js'
import type { Remote, RemoteReader } from '../remote/remote.js'
import { plural } from '../text/text.js'
import { Failure } from './failure.js'
import { planFlows } from './plan.js'
import type { Project } from './project/project.js'
import { readSavedPlan } from './saved-plan.js'

/** A reviewed plan, made again on the flows as they are now. */
export interface Approved {
  readonly remote: Remote
  readonly approved: SavedPlan
  readonly outcome: /** It would do what was approved. */
    | { readonly status: 'same'; readonly plan: Plan; readonly allow: readonly Allowance[] }
    /** Flows have moved on, or the definitions here say something else: it would not do what was approved. */
    | { readonly status: 'differs'; readonly by: 'flows' | 'definitions'; readonly differences: readonly Difference[] }
    | { readonly status: 'applied_already'; readonly deployment: Deployment }
  readonly source: Deployment['source']
}

/**
 * What a saved plan comes to today. It needs no definitions, only the configuration: the address, the key, and the guards
 * as they are now. Refuses a plan that was made for anything else than this project, environment and service.
 */
export async function approved(
  cli: Cli,
  file: string,
  options: {
    readonly env?: string | undefined
    readonly allow: readonly Allowance[]
    /** Whether the definitions here must say what the plan does: whoever forges a plan cannot forge what was merged. */
    readonly checkDefinitions?: boolean | undefined
  },
): Promise<Approved> {
  const saved = readSavedPlan(cli, file)
  const project = openProject(cli)
  if (saved.project !== project.config.project) {
    throw other('project', `was made for project "${saved.project}", and this is "${project.config.project}"`)
  }
  const target = targetOf(project, cli, options.env ?? (cli.terminal.env.FLOWS_ENV || saved.environment))
  if (saved.environment !== target.name) {
    throw other('environment', `was made for environment "${saved.environment}", not for "${target.name}"`)
  }
  const policies = await checkedPolicies(project)
  const remote = await remoteOf(project, target, cli.terminal)
  if (saved.service.address !== remote.address) {
    throw other('service', `was made for ${saved.service.address}, but "${target.name}" is ${remote.address} by now`)
  }
  const reader = await remote.reader()
  try {
    const observed = await observe(reader, saved)
    const about = {
      remote,
      approved: saved,
      source: withRun(saved.source ?? null, ciJob(cli.terminal.env)?.run ?? null),
    }
    const before = await appliedAs(reader, saved)
    if (before !== null) return { ...about, outcome: { status: 'applied_already', deployment: before } }
    // Whoever could forge a plan could lift guards in it: where only what was merged counts, the command line alone lifts.
    const lifted = options.checkDefinitions ? [] : saved.allowed.map(parseAllowance).filter((one) => one !== null)
    const allow = [...lifted, ...options.allow]
    const bare = planApproved(saved, observed, { guards: target.settings.guards ?? {}, allow })
    const differ = refusalOf(saved)?.reason === 'conflict' ? [] : differences(saved, withApprovedPlaces(bare, saved))
    if (differ.length > 0) return { ...about, outcome: { status: 'differs', by: 'flows', differences: differ } }
    if (options.checkDefinitions) {
      const defined = await definedToday(project, target, reader, saved)
      const other = differences(saved, defined.named)
      if (other.length > 0) return { ...about, outcome: { status: 'differs', by: 'definitions', differences: other } }
      if (defined.others > 0) warnOfOthers(cli, defined.others)
    }
    // Only what it writes is judged again: of the flows that stay as they are, the reviewed plan said what there was to say.
    const today = await policies.judge(withApprovedPlaces(bare, saved), {
      desired: [],
      observed,
      allow,
      places: approvedPlaces(saved),
    })
    warnOfIdle(cli, today, options.allow, policies.names)
    const { conflicts, source: from, only, left_out: left } = saved
    const plan = {
      ...today,
      conflicts,
      ...(from !== undefined && { source: from }),
      ...(only !== undefined && left !== undefined && { only, left_out: left }),
    }
    return { ...about, outcome: { status: 'same', plan, allow } }
  } finally {
    await reader.close()
  }
}

/** What the definitions here would do to the flows that the plan changes, and to how many others they would do something. */
async function definedToday(
  project: Project,
  target: Target,
  reader: RemoteReader,
  saved: SavedPlan,
): Promise<{ readonly named: Plan; readonly others: number }> {
  const definitions = checkedDefinitions(project)
  const only = saved.changes.flatMap(({ key, previous_key: previous }) => (previous === null ? [key] : [key, previous]))
  const named = await planFlows(definitions, reader, { project: saved.project, environment: target.name, only })
  return { named, others: named.left_out ?? 0 }
}

function warnOfOthers({ terminal }: Cli, others: number): void {
  const text = `the definitions here also change ${plural(others, 'other flow')} that this plan leaves as they are: flows plan shows them`
  terminal.talk(`${terminal.talkPalette.yellow('warning')} ${text}\n`)
}

async function observe(reader: RemoteReader, saved: SavedPlan): Promise<ObservedState> {
  const state = await reader.state(saved.project)
  if (state.livemode !== saved.livemode) {
    const name = (isLive: boolean) => (isLive ? 'live' : 'test')
    throw other('mode', `was made for ${name(saved.livemode)} mode, and this key is of ${name(state.livemode)} mode`)
  }
  // A plan for a store that nobody had made yet may be applied to the one that somebody has made since.
  if (saved.service.store !== null && saved.service.store !== state.store) {
    throw other('store', `was made for another store than the one that ${saved.service.address} has by now`)
  }
  return state
}

/** The deployment that applied this very plan, in whatever run: asked for after the flows were read, so that none is missed. */
async function appliedAs(reader: RemoteReader, saved: SavedPlan): Promise<Deployment | null> {
  if (saved.changes.length === 0) return null
  const query = { project: saved.project, approved_digest: saved.digest, limit: 1 }
  const [found] = (await reader.listDeployments(query)).data
  return found === undefined ? null : reader.retrieveDeployment(found.id)
}

/** The commit is the one that was reviewed; the run is the one that applies. */
function withRun(source: Deployment['source'], run: string | null): Deployment['source'] {
  if (source === null) return null
  const { run: _, ...rest } = source
  return run === null ? rest : { ...rest, run }
}

/** A plan for something else: where the command line says so it is bad usage, else a failure. */
function other(what: 'project' | 'environment' | 'mode' | 'service' | 'store', message: string): Failure {
  return new Failure(`plan_of_other_${what}`, `This plan ${message}. Nothing was written.`, {
    hint:
      what === 'environment' ? 'leave out --env and FLOWS_ENV, or plan again' : 'flows plan --out makes one for here',
    exitCode: what === 'environment' ? ExitCode.badUsage : ExitCode.failed,
  })
}
