import { applyProject } from '../../../app/apply-project.js'
import { editsToAdopt } from '../../../app/edits/adopt.js'
import { openForEdits } from '../../../app/edits/open.js'
import { writeEdits } from '../../../app/edits/write-edits.js'
import { badUsage } from '../../../app/failure.js'
import type { FileEdit } from '../../../edit/edit-project.js'
import type { Deployment } from '../../../model/deployment.js'
import type { FlowKey } from '../../../model/flow.js'
import { plural, printable } from '../../../text/text.js'
import { allowOption } from '../../options/allow.js'
import { chosenView, formatOptions, jsonView, type View } from '../../options/format.js'
import { environmentOption, siteOf } from '../../options/project.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import type { Terminal } from '../../program/terminal.js'
import { type ApplyView, applyInWords, applyUntold, deploymentOf, follow } from '../../views/apply.js'
import { editsJson, editsText } from '../../views/edits.js'

interface Adopted {
  readonly environment: string
  readonly keys: readonly FlowKey[]
  readonly edits: readonly FileEdit[]
  readonly deployment: Deployment | null
}

interface AdoptView {
  written(terminal: Terminal, edits: readonly FileEdit[]): void
  readonly during: ApplyView
  readonly end: View<Adopted>
}

const VIEWS: Readonly<Record<'human' | 'json', AdoptView>> = {
  human: {
    written: (terminal, edits) => {
      if (edits.length > 0) terminal.show(`${editsText(edits, { palette: terminal.palette, notes: linkNote })}\n`)
    },
    during: applyInWords,
    end: (terminal, { keys, environment, deployment }) => {
      const flows = `${plural(keys.length, 'flow')} in ${environment}: ${keys.map(printable).join(', ')}`
      terminal.show(`Adopted ${flows}.\n${deployment === null ? '' : `Deployment ${printable(deployment.id)}\n`}`)
    },
  },
  json: {
    written: () => {},
    during: applyUntold,
    end: jsonView('adopt', ({ environment, keys, edits, deployment }) => ({
      environment,
      adopted: keys,
      edits: editsJson(edits),
      deployment,
    })),
  },
}

const { format, json } = formatOptions(VIEWS)

export const adopt: Define = (command, run) => {
  command
    .argument('<keys...>', 'flows that nobody manages, whose definitions are here')
    .addOption(environmentOption)
    .option('-y, --yes', 'adopt without asking; needed where nobody can answer')
    .addOption(allowOption())
    .addOption(format)
    .addOption(json)
    .addHelpText('after', examples(['Take over a flow that has a definition', 'flows adopt high-value --env live']))
    .action((given, { env, yes, allow, ...options }) =>
      run(async (cli) => {
        const view = chosenView(options, VIEWS)
        const site = siteOf(cli, env)
        const keys = [...new Set(given)]
        const edits = editsToAdopt(await openForEdits(site), keys)
        if (!yes && !cli.terminal.isInteractive) {
          throw badUsage('nobody is there to confirm: nothing was written', 'add --yes to adopt without asking')
        }
        writeEdits(site.project, edits)
        view.written(cli.terminal, edits)
        const declinedText =
          edits.length === 0
            ? 'Not adopted: nothing was written.'
            : 'Not adopted: only the definitions are written, which keep the static links as they are.'
        const settled = await follow(cli, { view: view.during, yes, allow, declinedText }, (steps) =>
          applyProject(site, { allow, only: keys }, steps),
        )
        const deployment = deploymentOf(settled)
        view.end(cli.terminal, { environment: site.target.name, keys, edits, deployment }, ExitCode.ok)
        return ExitCode.ok
      }),
    )
}

function linkNote(): readonly string[] {
  return ['its static link is open: it stays open']
}
