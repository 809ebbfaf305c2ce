import { adoptFlows, checkUnmanaged } from '../../../app/edits/adopt.js'
import { type Observed, observed } from '../../../app/edits/observed.js'
import { editsFor, writeEdits } from '../../../app/edits/write-edits.js'
import { badUsage } from '../../../app/failure.js'
import { definitionOf } from '../../../edit/edit-definition.js'
import type { FileEdit } from '../../../edit/edit-project.js'
import { keptLinks } from '../../../edit/kept-links.js'
import type { FlowKey } from '../../../model/flow.js'
import { plural, printable } from '../../../text/text.js'
import { allowOption } from '../../options/allow.js'
import { chosenFormat, formatOptions, jsonText } from '../../options/format.js'
import { environmentOption } from '../../options/project.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { editsJson, editsText } from '../../views/edits.js'

const { format, json } = formatOptions(['human', 'json'])

export const adopt: Define = (command, run) => {
  command
    .argument('<keys...>', 'flows that nobody manages, whose definitions are here')
    .addOption(environmentOption)
    .option('-y, --yes', 'adopt without asking; needed where nobody can answer')
    .addOption(allowOption())
    .addOption(format)
    .addOption(json)
    .addHelpText('after', examples(['Take over a flow that has a definition', 'flows adopt high-value --env live']))
    .action((keys, options) =>
      run(async (cli) => {
        const found = await observed(cli, options.env)
        const { project, target, definitions, state } = found
        const chosen = [...new Set(keys)]
        checkUnmanaged(state, chosen, {
          project: project.config.project,
          environment: target.name,
          defined: definitions.desired(target.name).map(({ key }) => key),
          isImport: false,
        })
        if (!options.yes && !cli.terminal.isInteractive) {
          throw badUsage('nobody is there to confirm: nothing was written', 'add --yes to adopt without asking')
        }
        const isHuman = chosenFormat(options) === 'human'
        const edits = linkEdits(found, chosen)
        writeEdits(project, edits)
        if (isHuman && edits.length > 0) cli.terminal.show(`${editsText(edits, cli.terminal.palette, linkNote)}\n`)
        const { deployment } = await adoptFlows(cli, target.name, chosen, {
          yes: options.yes ?? false,
          allow: options.allow,
          isHuman,
          refusedText:
            edits.length === 0
              ? 'Not adopted: nothing was written.'
              : 'Not adopted: only the definitions are written, which keep the static links as they are.',
        })
        const body = {
          format: 'flows.adopt',
          format_version: '1.0',
          environment: target.name,
          adopted: chosen,
          edits: editsJson(edits),
          deployment,
        }
        cli.terminal[isHuman ? 'show' : 'result'](
          isHuman
            ? `Adopted ${plural(chosen.length, 'flow')} in ${target.name}: ${chosen.map(printable).join(', ')}.\n${deployment === null ? '' : `Deployment ${printable(deployment.id)}\n`}`
            : jsonText({ ...body, exit_code: ExitCode.ok }),
        )
        return ExitCode.ok
      }),
    )
}

/** A link that is open stays open: closing it is a change of its own, to be reviewed. */
function linkEdits({ project, target, definitions, state }: Observed, keys: readonly FlowKey[]): FileEdit[] {
  const environments = Object.keys(project.config.environments)
  const desired = definitions.desired(target.name).filter(({ key }) => keys.includes(key))
  const targets = keptLinks(state.flows, desired, target.name, ({ file }) =>
    definitionOf(file, definitions.text(file) ?? '', environments),
  )
  return editsFor(project, definitions, target.name, targets, state)
}

function linkNote(): readonly string[] {
  return ['its static link is open: it stays open']
}
