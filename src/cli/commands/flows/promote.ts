import { Option } from '@commander-js/extra-typings'
import { editsToPromote } from '../../../app/edits/promote.js'
import { writeEdits } from '../../../app/edits/write-edits.js'
import { badUsage } from '../../../app/failure.js'
import type { FileEdit } from '../../../edit/edit-project.js'
import type { Withheld } from '../../../edit/without-api-keys.js'
import { DOCUMENT_TYPES, normalise } from '../../../model/flow.js'
import { toDotted } from '../../../model/json-pointer.js'
import { leavesOf } from '../../../model/leaves.js'
import { suggest } from '../../../text/nearest.js'
import { plural } from '../../../text/text.js'
import { formatOptions, jsonView, type Views, viewOf } from '../../options/format.js'
import { twoSites } from '../../options/project.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { editsJson, editsText } from '../../views/edits.js'
import { withheldJson, withheldLines } from '../../views/withheld.js'

interface Promoted {
  readonly from: string
  readonly to: string
  readonly check: boolean
  readonly edits: readonly FileEdit[]
  readonly withheld: readonly Withheld[]
}

const VIEWS: Views<Promoted, 'human' | 'json'> = {
  human: (terminal, { from, to, check, edits, withheld }) => {
    if (edits.length > 0) {
      const count = plural(edits.length, 'file')
      const done = check ? `Would write ${count}` : `Wrote ${count}`
      const next = check ? '' : ' Look at git diff; nothing is applied.'
      terminal.show(
        `${editsText(edits, { palette: terminal.palette, environment: to })}\n${done}: ${to} gets what ${from} has.${next}\n`,
      )
    } else if (withheld.length === 0) terminal.show(`Nothing to promote: ${to} has what ${from} has.\n`)
    terminal.talk(withheldLines(withheld))
  },
  json: (terminal, promoted, exitCode) => {
    promotedJson(terminal, promoted, exitCode)
    terminal.talk(withheldLines(promoted.withheld))
  },
}

const promotedJson = jsonView<Promoted>('promote', ({ from, to, check, edits, withheld }) => ({
  from,
  to,
  written: !check,
  edits: editsJson(edits),
  withheld: withheldJson(withheld),
}))

const { format, json } = formatOptions(VIEWS)

export const promote: Define = (command, run) => {
  command
    .argument('<from>', 'environment that has what is wanted')
    .argument('<to>', 'environment that is to have it')
    .argument('[keys...]', 'flows (default: all)')
    .addOption(
      new Option('--except <field>', 'leave this field as it is, such as return_url; may be repeated')
        .default([] as readonly string[], 'none')
        .argParser((value: string, previous: readonly string[]) => [...previous, value]),
    )
    .option('--observed', 'take what the service of the first has, not what the definitions say of it')
    .option('--check', 'write nothing; exit 2 when something would be written')
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      examples(
        ['Give live what test has, as a change to review', 'flows promote test live --except return_url'],
        ['Only one flow, only look', 'flows promote test live high-value --check'],
      ),
    )
    .action((from, to, keys, options) =>
      run(async (cli) => {
        const { check = false, observed = false, except } = options
        for (const field of except) checkField(field)
        const [first, second] = twoSites(cli, from, to)
        const request = { keys, except, isObserved: observed, check }
        const { edits, withheld } = await editsToPromote(first, second, request)
        if (!check) writeEdits(second.project, edits)
        const pending = check && edits.length > 0 ? ExitCode.changesPending : ExitCode.ok
        const exitCode = withheld.length > 0 ? ExitCode.failed : pending
        return viewOf(options, VIEWS)(cli, { from, to, check, edits, withheld }, exitCode)
      }),
    )
}

const FIELDS = fieldNames()

/** Every field, and every group of fields. */
function fieldNames(): readonly string[] {
  const config = normalise({
    name: 'any',
    type: 'document',
    options: { document: { allowed_types: [...DOCUMENT_TYPES] } },
  })
  const names = [...leavesOf(config).keys()].map(toDotted)
  const groups = names.flatMap((name) => name.split('.').map((_, index, parts) => parts.slice(0, index + 1).join('.')))
  return [...new Set([...groups, 'metadata'])]
}

function checkField(field: string): void {
  if (FIELDS.includes(field) || /^metadata\../.test(field)) return
  throw badUsage(`a flow has no field "${field}"`, suggest(field, FIELDS, 'the fields are'))
}
