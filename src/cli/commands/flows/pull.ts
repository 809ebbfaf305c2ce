import { openForEdits } from '../../../app/edits/open.js'
import { editsToPull, type Pulled } from '../../../app/edits/pull.js'
import { writeEdits } from '../../../app/edits/write-edits.js'
import { badUsage } from '../../../app/failure.js'
import type { Project } from '../../../app/project/project.js'
import type { FileEdit } from '../../../edit/edit-project.js'
import type { FlowKey } from '../../../model/flow.js'
import type { ObservedFlow } from '../../../model/state.js'
import { leftLines } from '../../../render/drift/left.js'
import { formatTime, plural, printable } from '../../../text/text.js'
import { formatOptions, jsonView, type Views, viewOf } from '../../options/format.js'
import { environmentOption, siteOf } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import type { Terminal } from '../../program/terminal.js'
import { editsJson, editsText, effectsOf } from '../../views/edits.js'
import { withheldJson, withheldLines } from '../../views/withheld.js'

interface Found extends Pulled {
  readonly environment: string
  readonly at: string | undefined
  readonly check: boolean
  /** Ids of the flows that are active now. */
  readonly active: ReadonlySet<string>
}

const VIEWS: Views<Found, 'human' | 'json'> = {
  human: inWords,
  json: jsonView('pull', (found) => ({
    environment: found.environment,
    written: !found.check,
    edits: editsJson(found.edits).map((edit, index) => ({ ...edit, ...editor(found, found.edits[index]) })),
    kept: found.kept,
    withheld: withheldJson(found.withheld),
    left: found.left.map(({ key, id, left: why }) => ({ key, id, why })),
  })),
}

const { format, json } = formatOptions(VIEWS)

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
    .action((keys, { env, at, all = at !== undefined, check = false, pullRequest = false, ...options }) =>
      run(async (cli) => {
        if (check && pullRequest) throw badUsage('--check writes nothing that could be a pull request')
        if (at !== undefined && pullRequest) {
          throw badUsage('--pull-request is for what was edited outside git, not for --at')
        }
        // Check this before anything is written: outside a CI job there is no forge for the pull request.
        if (pullRequest) (await import('../../review/forge.js')).forgeOf(cli.terminal)
        const site = siteOf(cli, env)
        const editing = await openForEdits(site, { check })
        const pulled = await editsToPull(editing, { keys, all, at })
        const { edits, withheld, left } = pulled
        if (!check) writeEdits(site.project, edits)
        const isPending = (check && edits.length > 0) || (pullRequest && left.length > 0)
        const exitCode = withheld.length > 0 ? ExitCode.failed : isPending ? ExitCode.changesPending : ExitCode.ok
        const found = { ...pulled, environment: site.target.name, at, check, active: activeIn(editing.state.flows) }
        viewOf(options, VIEWS)(cli, found, exitCode)
        if (pullRequest && edits.length > 0) await openPullRequest(cli, site.project, found)
        return exitCode
      }),
    )
}

function activeIn(flows: readonly ObservedFlow[]): ReadonlySet<string> {
  return new Set(flows.filter(({ status }) => status === 'active').map(({ id }) => id))
}

async function openPullRequest(cli: Cli, project: Project, found: Found): Promise<void> {
  const { openDriftPullRequest } = await import('../../review/open-drift-pull-request.js')
  const { edits, environment, left } = found
  await openDriftPullRequest(cli, {
    project,
    environment,
    left: leftLines(left),
    pulled: edits.map((edit) => {
      const { edited_by: editedBy, edited_at: editedAt } = editor(found, edit)
      const files = edit.kind === 'rename' ? [edit.previousFile, edit.file] : [edit.file]
      return { files, key: edit.key, isRemoved: edit.kind === 'remove', effects: effectsOf(edit), editedBy, editedAt }
    }),
  })
}

function inWords(terminal: Terminal, found: Found): void {
  const { edits, environment, check, left, kept, withheld } = found
  terminal.show(
    editsText(edits, {
      palette: terminal.palette,
      notes: (edit) => {
        const { edited_by, edited_at } = editor(found, edit)
        return [
          ...(edit.kind === 'remove' ? [removalText(edit.key, found)] : []),
          ...(edited_at === null ? [] : [`last edited by ${edited_by ?? 'someone'}, ${formatTime(edited_at)}`]),
        ]
      },
    }),
  )
  if (edits.length === 0) terminal.show(`${nothingText(found)}.\n`)
  else {
    const count = plural(edits.length, 'file')
    const done = check ? `Would write ${count}, from ${environment}` : `Wrote ${count}, from ${environment}`
    terminal.show(`\n${done}${check ? '' : '. Look at git diff'}.\n`)
  }
  for (const [why, text] of Object.entries(KEPT)) {
    const isTold = ({ key }: { readonly key: FlowKey }) =>
      why === 'removed_in_git' && left.some((one) => one.key === key)
    const keys = kept.filter((one) => one.why === why && !isTold(one)).map(keptName)
    if (keys.length > 0) terminal.talk(`${text}: ${keys.join(', ')}\n`)
  }
  if (left.length > 0) {
    const lines = leftLines(left).map((line) => `    ${line}\n`)
    terminal.talk(`Drift that stays:\n${lines.join('')}`)
  }
  terminal.talk(withheldLines(withheld))
}

function nothingText({ at, environment, withheld, left }: Found): string {
  if (at !== undefined) return `Nothing to restore: the definitions are as ${at} left the flows`
  const isQuiet = withheld.length === 0 && left.length === 0
  return `Nothing to pull: ${isQuiet ? 'nothing was edited outside git' : 'nothing that a definition takes over was edited'} in ${environment}`
}

function keptName(one: Found['kept'][number]): string {
  return 'keyThen' in one ? `${printable(one.key)} (then ${printable(one.keyThen)})` : printable(one.key)
}

/** Why a definition is removed, and what that does to the flow. A definition belongs to every environment. */
function removalText(key: FlowKey, { targets, at, absent, active }: Found): string {
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

/** Without drift that stays, which is reported separately. */
const KEPT: Readonly<Record<Exclude<Found['kept'][number]['why'], 'changed_in_both'>, string>> = {
  changed_in_git: 'Changed in git and not applied yet, kept (--all takes the service)',
  renamed_in_git: 'Renamed in git and not applied yet, kept (--all takes the service)',
  restored_in_git: 'Archived, and their definitions are back: kept (--all removes them)',
  adopted_since: 'Adopted since, of flows that were there before: kept (name them to remove their definitions)',
  key_not_free: 'Have another key by now, and the old one is not free: kept',
  removed_in_git: 'Their definitions are gone: not brought back (name them, or add --all)',
}

/** Null for an earlier state: it contains no edits by people. */
function editor(found: Found, edit: FileEdit | undefined): { edited_by: string | null; edited_at: number | null } {
  const flow = found.targets.find(({ key }) => key === edit?.key)?.observed
  if (flow === undefined || flow.updated === 0) return { edited_by: null, edited_at: null }
  return { edited_by: flow.updated_by, edited_at: flow.updated }
}
