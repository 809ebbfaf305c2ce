import { asLeft } from '../../edit/as-left.js'
import type { FileEdit } from '../../edit/edit-project.js'
import { type Pull, pull as pullFlows } from '../../edit/pull.js'
import { ExitCode } from '../../model/exit-code.js'
import type { DesiredFlow, ObservedState } from '../../model/state.js'
import { describeConflict } from '../../plan/conflict.js'
import type { Project } from '../../project.js'
import type { Remote } from '../../remote/remote.js'
import { formatTime, plural, printable } from '../../render/text.js'
import { type Cli, type Define, examples } from '../command.js'
import { badUsage, Failure } from '../failure.js'
import { observed } from '../observed.js'
import { environmentOption } from '../project.js'
import { editsJson, editsText } from '../views/edits.js'
import { chosenFormat, formatOptions, jsonText } from '../views/format.js'
import { editsFor, writeEdits } from '../write-edits.js'

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

/** What was there then, as a deployment left it. Nobody has edited it since, so there is nobody to name. */
async function stateAt(
  remote: Remote,
  deployment: string,
  now: ObservedState,
  { config }: Project,
  desired: readonly DesiredFlow[],
): Promise<ObservedState> {
  const reader = await remote.reader()
  try {
    const { project } = await reader.retrieveDeployment(deployment)
    if (project !== config.project) throw badUsage(`${deployment} is a deployment of project "${project}"`)
    return asLeft(await reader.deploymentFlows(deployment), now, desired, project)
  } finally {
    await reader.close()
  }
}

async function pullInto(cli: Cli, keys: readonly string[], options: Options): Promise<ExitCode> {
  const { at, check = false, pullRequest = false } = options
  if (check && pullRequest) throw badUsage('--check writes nothing that could be a pull request')
  if (at !== undefined && pullRequest) throw badUsage('--pull-request is for what was edited outside git, not for --at')
  // Before anything is written: outside of a CI job there is nowhere to open it.
  if (pullRequest) (await import('../forge.js')).forgeOf(cli.terminal)
  const all = options.all ?? at !== undefined
  const { project, target, definitions, remote, state: now } = await observed(cli, options.env)
  const state = at === undefined ? now : await stateAt(remote, at, now, project, definitions.desired(target.name))
  const found = pullFlows(definitions.desired(target.name), state, { project: project.config.project, keys, all })
  if (found.unknown.length > 0) {
    throw badUsage(
      `this project has no flow ${found.unknown.map(quoted).join(', ')} in ${target.name}`,
      'flows list shows what there is',
    )
  }
  if (found.exchanged.length > 0) throw exchanged(found.exchanged, at)
  const edits = editsFor(project, definitions, target.name, found.targets, state)
  if (!check) writeEdits(project, edits)
  const exitCode = check && edits.length > 0 ? ExitCode.changesPending : ExitCode.ok
  if (chosenFormat(options) === 'json') {
    cli.terminal.result(
      jsonText({
        format: 'flows.pull',
        format_version: '1.0',
        environment: target.name,
        written: !check,
        edits: editsJson(edits).map((edit, index) => ({ ...(edit as object), ...editor(found, edits[index]) })),
        kept: found.kept,
        exit_code: exitCode,
      }),
    )
  } else show(cli, edits, found, target.name, { at, check })
  if (pullRequest && edits.length > 0) {
    const { openDriftPullRequest } = await import('../open-drift-pull-request.js')
    await openDriftPullRequest(cli, {
      project,
      environment: target.name,
      pulled: edits.map((edit) => {
        const { edited_by: editedBy, edited_at: editedAt } = editor(found, edit)
        const files = edit.kind === 'rename' ? [edit.previousFile, edit.file] : [edit.file]
        return { files, key: edit.key, isRemoved: edit.kind === 'remove', editedBy, editedAt }
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
    hint: at === undefined ? [...new Set(hints)].join('; ') : 'name the flows that are to be restored',
  })
}

function show(
  { terminal }: Cli,
  edits: readonly FileEdit[],
  found: Pull,
  environment: string,
  { at, check }: { readonly at: string | undefined; readonly check: boolean },
): void {
  terminal.show(
    editsText(edits, terminal.palette, (edit) => {
      const { edited_by, edited_at } = editor(found, edit)
      return edited_at === null ? [] : [`last edited by ${edited_by ?? 'someone'}, ${formatTime(edited_at)}`]
    }),
  )
  if (edits.length === 0)
    terminal.show(
      `${at === undefined ? `Nothing to pull: nothing was edited outside git in ${environment}` : `Nothing to restore: the definitions are as ${at} left the flows`}.\n`,
    )
  else {
    const count = plural(edits.length, 'file')
    const done = check ? `Would write ${count}, from ${environment}` : `Wrote ${count}, from ${environment}`
    terminal.show(`\n${done}${check ? '' : '. Look at git diff'}.\n`)
  }
  for (const [why, text] of Object.entries(KEPT)) {
    const keys = found.kept.filter((one) => one.why === why).map(({ key }) => printable(key))
    if (keys.length > 0) terminal.talk(`${text}: ${keys.join(', ')}\n`)
  }
}

const KEPT: Readonly<Record<Pull['kept'][number]['why'], string>> = {
  changed_in_git: 'Changed in git and not applied yet, kept (--all takes the service)',
  renamed_in_git: 'Renamed in git and not applied yet, kept (--all takes the service)',
  restored_in_git: 'Archived, and their definitions are back: kept (--all removes them)',
  removed_in_git: 'Their definitions are gone: not brought back (name them, or add --all)',
}

/** Nobody, where the state is one of old: nothing in it was edited since. */
function editor(found: Pull, edit: FileEdit | undefined): { edited_by: string | null; edited_at: number | null } {
  const flow = found.targets.find(({ key }) => key === edit?.key)?.observed
  if (flow === undefined || flow.updated === 0) return { edited_by: null, edited_at: null }
  return { edited_by: flow.updated_by, edited_at: flow.updated }
}

function quoted(key: string): string {
  return `"${key}"`
}
