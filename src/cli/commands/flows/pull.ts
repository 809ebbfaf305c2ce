import { attributed } from '../../../app/drift.js'
import { observed } from '../../../app/edits/observed.js'
import { editsFor, writeEdits } from '../../../app/edits/write-edits.js'
import { badUsage, Failure } from '../../../app/failure.js'
import type { Project } from '../../../app/project/project.js'
import { asLeft, definedSince, keysNotFree } from '../../../edit/as-left.js'
import { driftLeft, type LeftFlow } from '../../../edit/drift-left.js'
import type { FileEdit } from '../../../edit/edit-project.js'
import { type Pull, pull as pullFlows } from '../../../edit/pull.js'
import type { FlowKey } from '../../../model/flow.js'
import type { DesiredFlow, ObservedState } from '../../../model/state.js'
import { describeConflict } from '../../../plan/conflict.js'
import type { Remote, RemoteReader } from '../../../remote/remote.js'
import { someAtOnce, versionsOf } from '../../../remote/versions.js'
import { leftLines } from '../../../render/drift/left.js'
import { formatTime, plural, printable } from '../../../text/text.js'
import { chosenFormat, formatOptions, jsonText } from '../../options/format.js'
import { environmentOption } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { editsJson, editsText, effectsOf } from '../../views/edits.js'
import { withheldLines } from '../../views/withheld.js'

const { format, json } = formatOptions(['human', 'json'])

export const pull: Define = (command, run) => {
  command
    .argument('[keys...]', 'flows (default: all of this project)')
    .addOption(environmentOption)
    .option('--all', 'also take back what git changed and nobody applied, and definitions that git removed')
    .option('--at <deployment>', 'restore the definitions as a deployment left its flows')
    .option('--check', 'write nothing; exit 2 when something would be written')
    .option('--pull-request', 'make what was written a pull request, in a job of GitHub or GitLab')
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      examples(
        ['Write what was edited outside git into the definitions', 'flows pull --env live'],
        ['Undo: the definitions as an old deployment left them, to be reviewed', 'flows pull --env live --at vfd_...'],
        ['Only look', 'flows pull --env live --check'],
        ['In a scheduled job: open a pull request, or bring it up to date', 'flows pull --env live --pull-request'],
        ['Make one definition as the service has it, whatever git says', 'flows pull high-value --env live --all'],
      ),
    )
    .action((keys, options) => run(async (cli) => pullInto(cli, keys, options)))
}

interface Options {
  readonly env?: string | undefined
  readonly all?: true | undefined
  readonly at?: string | undefined
  readonly check?: true | undefined
  readonly pullRequest?: true | undefined
  readonly format: 'human' | 'json'
  readonly json?: true | undefined
}

/** What to pull from: what is there, or what was there then. */
interface Past {
  readonly state: ObservedState
  /** Definitions of flows that the project did not have then, each with whether the next apply here archives its flow. */
  readonly absent: ReadonlyMap<FlowKey, boolean>
  /** Of those, the ones whose flow was taken over since: they stay, unless they are named. */
  readonly adopted: readonly FlowKey[]
  /** Flows that cannot have the key of then again, each with the key that it keeps. */
  readonly notFree: ReturnType<typeof keysNotFree>
}

/** What was there then, as a deployment left it. Nobody has edited it since, so there is nobody to name. */
async function stateAt(
  remote: Remote,
  deployment: string,
  { now, desired, keys, project: { config } }: Present,
): Promise<Past> {
  const reader = await remote.reader()
  try {
    const { project } = await reader.retrieveDeployment(deployment)
    if (project !== config.project) throw badUsage(`${deployment} is a deployment of project "${project}"`)
    const then = await reader.deploymentFlows(deployment)
    const since = definedSince(then, now, desired).map(({ key }) => {
      const flow = now.flows.find((one) => (one.key === key || one.applied_key === key) && one.project === project)
      return { key, flow }
    })
    const takenOver = await someAtOnce(since, AT_ONCE, async ({ flow }) => flow && wasTakenOver(reader, flow.id))
    const adopted = since.filter(({ key }, index) => takenOver[index] && !keys.includes(key)).map(({ key }) => key)
    const kept = new Set(adopted)
    return {
      state: asLeft(then, now, desired, { project, kept }),
      absent: new Map(since.map(({ key, flow }) => [key, flow?.status === 'active'])),
      adopted,
      notFree: keysNotFree(then, now, desired),
    }
  } finally {
    await reader.close()
  }
}

interface Present {
  readonly now: ObservedState
  readonly desired: readonly DesiredFlow[]
  readonly keys: readonly FlowKey[]
  readonly project: Project
}

/** How many flows are asked for their versions at once. */
const AT_ONCE = 6

/** Whether a flow was there before it came into its project: archiving it would not bring back what was. */
async function wasTakenOver(reader: RemoteReader, flow: string): Promise<boolean> {
  for await (const { changed } of versionsOf(reader, flow)) if (changed.includes('/project')) return true
  return false
}

async function pullInto(cli: Cli, keys: readonly string[], options: Options): Promise<ExitCode> {
  const { at, check = false, pullRequest = false } = options
  if (check && pullRequest) throw badUsage('--check writes nothing that could be a pull request')
  if (at !== undefined && pullRequest) throw badUsage('--pull-request is for what was edited outside git, not for --at')
  // Before anything is written: outside of a CI job there is nowhere to open it.
  if (pullRequest) (await import('../../review/forge.js')).forgeOf(cli.terminal)
  const all = options.all ?? at !== undefined
  const { project, target, definitions, remote, state: now } = await observed(cli, options.env, { check })
  const desired = definitions.desired(target.name)
  const past: Past =
    at === undefined
      ? { state: now, absent: new Map(), adopted: [], notFree: [] }
      : await stateAt(remote, at, { now, desired, keys, project })
  const { state } = past
  const pulled = pullFlows(desired, state, { project: project.config.project, keys, all })
  const adopted = past.adopted.map((key) => ({ key, why: 'adopted_since' as const }))
  const notFree = past.notFree
    .filter(({ key, keyThen }) => keys.length === 0 || keys.includes(key) || keys.includes(keyThen))
    .map((one) => ({ ...one, why: 'key_not_free' as const }))
  const found: Found = { ...pulled, kept: [...pulled.kept, ...adopted, ...notFree] }
  if (found.unknown.length > 0) {
    throw badUsage(
      `this project has no flow ${found.unknown.map(quoted).join(', ')} in ${target.name}`,
      'flows list shows what there is',
    )
  }
  if (found.exchanged.length > 0) throw exchanged(found.exchanged, at)
  const edits = editsFor(project, definitions, target.name, found.targets, state)
  if (!check) writeEdits(project, edits)
  const left =
    at === undefined ? await leftBy(pulled, keys, { desired, state, project, remote, environment: target.name }) : []
  const isPending = (check && edits.length > 0) || (pullRequest && left.length > 0)
  const exitCode = found.withheld.length > 0 ? ExitCode.failed : isPending ? ExitCode.changesPending : ExitCode.ok
  if (chosenFormat(options) === 'json') {
    cli.terminal.result(
      jsonText({
        format: 'flows.pull',
        format_version: '1.0',
        environment: target.name,
        written: !check,
        edits: editsJson(edits).map((edit, index) => ({ ...(edit as object), ...editor(found, edits[index]) })),
        kept: found.kept,
        withheld: found.withheld.map(({ key, paths }) => ({ key, paths })),
        left: left.map(({ key, id, left: why }) => ({ key, id, why })),
        exit_code: exitCode,
      }),
    )
  } else {
    const active = new Set(now.flows.filter(({ status }) => status === 'active').map(({ id }) => id))
    show(cli, edits, found, target.name, { at, check, left, removal: { at, absent: past.absent, active } })
  }
  if (pullRequest && edits.length > 0) {
    const { openDriftPullRequest } = await import('../../review/open-drift-pull-request.js')
    await openDriftPullRequest(cli, {
      project,
      environment: target.name,
      left: leftLines(left),
      pulled: edits.map((edit) => {
        const { edited_by: editedBy, edited_at: editedAt } = editor(found, edit)
        const files = edit.kind === 'rename' ? [edit.previousFile, edit.file] : [edit.file]
        return { files, key: edit.key, isRemoved: edit.kind === 'remove', effects: effectsOf(edit), editedBy, editedAt }
      }),
    })
  }
  return exitCode
}

/** Two definitions cannot be told apart by their flows: whichever were written would be about the wrong one. */
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

function show(
  { terminal }: Cli,
  edits: readonly FileEdit[],
  found: Found,
  environment: string,
  about: {
    readonly at: string | undefined
    readonly check: boolean
    readonly left: readonly LeftFlow[]
    readonly removal: Removal
  },
): void {
  const { at, check, left, removal } = about
  terminal.show(
    editsText(edits, terminal.palette, (edit) => {
      const { edited_by, edited_at } = editor(found, edit)
      return [
        ...(edit.kind === 'remove' ? [removalText(edit.key, found, removal)] : []),
        ...(edited_at === null ? [] : [`last edited by ${edited_by ?? 'someone'}, ${formatTime(edited_at)}`]),
      ]
    }),
  )
  if (edits.length === 0)
    terminal.show(
      `${at === undefined ? nothingText(environment, found, left) : `Nothing to restore: the definitions are as ${at} left the flows`}.\n`,
    )
  else {
    const count = plural(edits.length, 'file')
    const done = check ? `Would write ${count}, from ${environment}` : `Wrote ${count}, from ${environment}`
    terminal.show(`\n${done}${check ? '' : '. Look at git diff'}.\n`)
  }
  for (const [why, text] of Object.entries(KEPT)) {
    const isTold = ({ key }: { readonly key: FlowKey }) =>
      why === 'removed_in_git' && left.some((one) => one.key === key)
    const keys = found.kept.filter((one) => one.why === why && !isTold(one)).map(keptName)
    if (keys.length > 0) terminal.talk(`${text}: ${keys.join(', ')}\n`)
  }
  if (left.length > 0)
    terminal.talk(
      `Drift that stays:\n${leftLines(left)
        .map((line) => `    ${line}\n`)
        .join('')}`,
    )
  terminal.talk(withheldLines(found.withheld))
}

function nothingText(environment: string, { withheld }: Found, left: readonly LeftFlow[]): string {
  const isQuiet = withheld.length === 0 && left.length === 0
  return `Nothing to pull: ${isQuiet ? 'nothing was edited outside git' : 'nothing that a definition takes over was edited'} in ${environment}`
}

function keptName(one: Found['kept'][number]): string {
  return 'keyThen' in one ? `${printable(one.key)} (then ${printable(one.keyThen)})` : printable(one.key)
}

/** What tells why a definition goes, and where. */
interface Removal {
  readonly at: string | undefined
  readonly absent: Past['absent']
  /** Ids of the flows that are active now. */
  readonly active: ReadonlySet<string>
}

/** Why a definition goes, and what that does to the flow: a definition is of every environment. */
function removalText(key: FlowKey, { targets }: Found, { at, absent, active }: Removal): string {
  const id = targets.find((one) => one.key === key)?.observed.id
  const isArchivedHere = absent.get(key) ?? (id !== undefined && active.has(id))
  const was =
    at === undefined
      ? 'the flow was archived'
      : absent.has(key)
        ? 'the project did not have this flow then'
        : 'the flow was archived then'
  const then = isArchivedHere
    ? 'the next apply archives it, here and in any other environment'
    : absent.has(key)
      ? 'the next apply archives it, in every environment that has it'
      : 'the next apply to any other environment archives it there too'
  return `${was}; without its definition, ${then}`
}

/** The drift that stays, whatever was pulled: of the flows that are asked for. */
async function leftBy(
  pulled: Pull,
  keys: readonly FlowKey[],
  about: {
    readonly desired: readonly DesiredFlow[]
    readonly state: ObservedState
    readonly project: Project
    readonly remote: Remote
    readonly environment: string
  },
): Promise<LeftFlow[]> {
  const { desired, state, remote, environment } = about
  const { project } = about.project.config
  const left = driftLeft(desired, state, pulled, { project, environment })
  const asked = left.filter(({ key }) => {
    const renamed = pulled.targets.find((target) => target.key === key)?.definition
    return keys.length === 0 || [key, renamed].some((one) => one !== undefined && keys.includes(one))
  })
  if (!asked.some(({ kind }) => kind === 'released')) return asked
  const reader = await remote.reader()
  return attributed(asked, reader, project).finally(() => reader.close())
}

/** What pull finds, and what it leaves alone of the flows that came since. */
interface Found extends Omit<Pull, 'kept'> {
  readonly kept: readonly (
    | Pull['kept'][number]
    | { readonly key: FlowKey; readonly why: 'adopted_since' }
    | { readonly key: FlowKey; readonly keyThen: FlowKey; readonly why: 'key_not_free' }
  )[]
}

/** But for what stays of the drift, which is told by itself. */
const KEPT: Readonly<Record<Exclude<Found['kept'][number]['why'], 'changed_in_both'>, string>> = {
  changed_in_git: 'Changed in git and not applied yet, kept (--all takes the service)',
  renamed_in_git: 'Renamed in git and not applied yet, kept (--all takes the service)',
  restored_in_git: 'Archived, and their definitions are back: kept (--all removes them)',
  adopted_since: 'Adopted since, of flows that were there before: kept (name them to remove their definitions)',
  key_not_free: 'Have another key by now, and the old one is not free: kept',
  removed_in_git: 'Their definitions are gone: not brought back (name them, or add --all)',
}

/** Nobody, where the state is one of old: nothing in it was edited since. */
function editor(found: Found, edit: FileEdit | undefined): { edited_by: string | null; edited_at: number | null } {
  const flow = found.targets.find(({ key }) => key === edit?.key)?.observed
  if (flow === undefined || flow.updated === 0) return { edited_by: null, edited_at: null }
  return { edited_by: flow.updated_by, edited_at: flow.updated }
}

function quoted(key: string): string {
  return `"${key}"`
}
