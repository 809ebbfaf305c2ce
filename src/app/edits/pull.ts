import { asLeft, definedSince, keysNotFree } from '../../edit/as-left.js'
import { driftLeft, type LeftFlow } from '../../edit/drift-left.js'
import type { FileEdit } from '../../edit/edit-project.js'
import { type Pull, pull } from '../../edit/pull.js'
import type { FlowKey } from '../../model/flow.js'
import { someAtOnce } from '../../model/some-at-once.js'
import type { ObservedState } from '../../model/state.js'
import { describeConflict } from '../../plan/conflict.js'
import type { RemoteReader } from '../../remote/remote.js'
import { versionsOf } from '../../remote/versions.js'
import { attributed } from '../drift.js'
import { badUsage, Failure } from '../failure.js'
import { reading } from '../site.js'
import type { Editing } from './open.js'
import { editsFor } from './write-edits.js'

export interface PullChoice {
  /** Keys of flows; an empty list means all of the project. */
  readonly keys: readonly FlowKey[]
  /** Whether to also undo changes in git that nobody applied, and definitions that git removed. */
  readonly all: boolean
  /** A deployment: the definitions are restored to what it left behind. */
  readonly at?: string | undefined
}

/** The edits that pull makes, and what it leaves alone. Nothing is written yet. */
export interface Pulled {
  readonly edits: readonly FileEdit[]
  readonly targets: Pull['targets']
  readonly withheld: Pull['withheld']
  readonly kept: readonly KeptFlow[]
  /** The drift that stays after the pull, for the flows that were asked for. */
  readonly left: readonly LeftFlow[]
  /** Definitions of flows that the project did not have then; true if the next apply here archives the flow. */
  readonly absent: ReadonlyMap<FlowKey, boolean>
}

type KeptFlow =
  | Pull['kept'][number]
  | { readonly key: FlowKey; readonly why: 'adopted_since' }
  | { readonly key: FlowKey; readonly keyThen: FlowKey; readonly why: 'key_not_free' }

/** What to pull from: the present state, or an earlier one. */
interface Source {
  readonly state: ObservedState
  readonly absent: Pulled['absent']
  /** Those in `absent` whose flow was taken over since. They stay unless they are named. */
  readonly adopted: readonly FlowKey[]
  /** Flows that cannot have their earlier key again, each with the key that it keeps. */
  readonly notFree: ReturnType<typeof keysNotFree>
}

/** How many flows have their versions fetched at once. */
const AT_ONCE = 6

/** The edits that make the definitions say what the service has, or what it had earlier. */
export async function editsToPull(editing: Editing, { keys, all, at }: PullChoice): Promise<Pulled> {
  const { site, definitions } = editing
  const { project, target } = site
  const desired = definitions.desired(target.name)
  const source: Source =
    at === undefined
      ? { state: editing.state, absent: new Map(), adopted: [], notFree: [] }
      : await reading(site, (reader) => sourceAt(reader, at, editing, keys))
  const { state } = source
  const pulled = pull(desired, state, { project: project.config.project, keys, all })
  if (pulled.unknown.length > 0) {
    const names = pulled.unknown.map((key) => `"${key}"`).join(', ')
    throw badUsage(`this project has no flow ${names} in ${target.name}`, 'flows list shows what there is')
  }
  if (pulled.exchanged.length > 0) throw exchanged(pulled.exchanged, at)
  const adopted = source.adopted.map((key) => ({ key, why: 'adopted_since' as const }))
  const notFree = source.notFree
    .filter(({ key, keyThen }) => keys.length === 0 || keys.includes(key) || keys.includes(keyThen))
    .map((one) => ({ ...one, why: 'key_not_free' as const }))
  return {
    edits: editsFor(project, definitions, target.name, pulled.targets, state),
    targets: pulled.targets,
    withheld: pulled.withheld,
    kept: [...pulled.kept, ...adopted, ...notFree],
    left: at === undefined ? await driftThatStays(editing, pulled, keys) : [],
    absent: source.absent,
  }
}

/** The state as a deployment left it. It has no edits by people, so there is nobody to name. */
async function sourceAt(
  reader: RemoteReader,
  deployment: string,
  { site, definitions, state: now }: Editing,
  keys: readonly FlowKey[],
): Promise<Source> {
  const desired = definitions.desired(site.target.name)
  const { project } = await reader.retrieveDeployment(deployment)
  if (project !== site.project.config.project) {
    throw badUsage(`${deployment} is a deployment of project "${project}"`)
  }
  const then = await reader.deploymentFlows(deployment)
  const since = definedSince(then, now, desired).map(({ key }) => {
    const flow = now.flows.find((one) => (one.key === key || one.applied_key === key) && one.project === project)
    return { key, flow }
  })
  const takenOver = await someAtOnce(since, AT_ONCE, async ({ flow }) => flow && wasTakenOver(reader, flow.id))
  const adopted = since.filter(({ key }, index) => takenOver[index] && !keys.includes(key)).map(({ key }) => key)
  return {
    state: asLeft(then, now, desired, { project, kept: new Set(adopted) }),
    absent: new Map(since.map(({ key, flow }) => [key, flow?.status === 'active'])),
    adopted,
    notFree: keysNotFree(then, now, desired),
  }
}

/** Whether a flow existed before it came into its project: archiving it would not bring back the earlier state. */
async function wasTakenOver(reader: RemoteReader, flow: string): Promise<boolean> {
  for await (const { changed } of versionsOf(reader, flow)) if (changed.includes('/project')) return true
  return false
}

/** Two definitions may have swapped flows: whatever pull wrote would be about the wrong one. */
function exchanged(conflicts: Pull['exchanged'], at: string | undefined): Failure {
  const messages = conflicts.map((conflict) => {
    const { key, applied_key: other } = conflict.observed
    return at === undefined
      ? `${conflict.desired.file}: ${describeConflict(conflict).message}`
      : `${conflict.desired.file}: the flow "${other}" had the key "${key}" then`
  })
  const hints = conflicts.map((conflict) => describeConflict(conflict).hint)
  return new Failure('conflict', `Nothing was written. ${[...new Set(messages)].join('; ')}`, {
    hint:
      at === undefined
        ? [...new Set(hints)].join('; ')
        : 'apply what the definitions say now, so that each flow has one key, then restore; or name other flows',
  })
}

async function driftThatStays(
  { site, definitions, state }: Editing,
  pulled: Pull,
  keys: readonly FlowKey[],
): Promise<LeftFlow[]> {
  const { project } = site.project.config
  const about = { project, environment: site.target.name }
  const asked = driftLeft(definitions.desired(site.target.name), state, pulled, about).filter(({ key }) => {
    const renamed = pulled.targets.find((target) => target.key === key)?.definition
    return keys.length === 0 || [key, renamed].some((one) => one !== undefined && keys.includes(one))
  })
  if (!asked.some(({ kind }) => kind === 'released')) return asked
  return reading(site, (reader) => attributed(asked, reader, project))
}
