import { Option } from '@commander-js/extra-typings'
import { configsOf, twoEnvironments } from '../../../app/configs.js'
import { editsFor, finishEdits, writeEdits } from '../../../app/edits/write-edits.js'
import { badUsage } from '../../../app/failure.js'
import { promote as promoteFlows } from '../../../edit/promote.js'
import { withoutApiKeys } from '../../../edit/without-api-keys.js'
import { DOCUMENT_TYPES, normalise } from '../../../model/flow.js'
import { toDotted } from '../../../model/json-pointer.js'
import { leavesOf } from '../../../model/leaves.js'
import { suggest } from '../../../text/nearest.js'
import { plural } from '../../../text/text.js'
import { chosenFormat, formatOptions, jsonText } from '../../options/format.js'
import { checkedDefinitions, openProject } from '../../options/project.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { editsJson, editsText } from '../../views/edits.js'
import { withheldLines } from '../../views/withheld.js'

const { format, json } = formatOptions(['human', 'json'])

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
        const { check = false, observed = false } = options
        for (const field of options.except) checkField(field)
        const names = twoEnvironments(cli, from, to)
        const project = openProject(cli)
        finishEdits(cli, project, check)
        const definitions = checkedDefinitions(project)
        const [source] = await configsOf(cli, names, observed, keys)
        const flows = definitions.desired(to)
        const promoted = promoteFlows(
          [...source].map(([key, config]) => ({ key, config })),
          flows,
          options.except,
        )
        const { targets, withheld } = withoutApiKeys(promoted, flows)
        const edits = editsFor(project, definitions, to, targets)
        if (!check) writeEdits(project, edits)
        const pending = check && edits.length > 0 ? ExitCode.changesPending : ExitCode.ok
        const exitCode = withheld.length > 0 ? ExitCode.failed : pending
        const { terminal } = cli
        if (chosenFormat(options) === 'json') {
          const body = { format: 'flows.promote', format_version: '1.0', from, to, written: !check }
          terminal.result(
            jsonText({
              ...body,
              edits: editsJson(edits),
              withheld: withheld.map(({ key, paths }) => ({ key, paths })),
              exit_code: exitCode,
            }),
          )
        } else if (edits.length === 0 && withheld.length === 0)
          terminal.show(`Nothing to promote: ${to} has what ${from} has.\n`)
        else if (edits.length > 0) {
          const count = plural(edits.length, 'file')
          const done = check ? `Would write ${count}` : `Wrote ${count}`
          const next = check ? '' : ' Look at git diff; nothing is applied.'
          terminal.show(`${editsText(edits, terminal.palette)}\n${done}: ${to} gets what ${from} has.${next}\n`)
        }
        terminal.talk(withheldLines(withheld))
        return exitCode
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
