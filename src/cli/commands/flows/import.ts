import { applyProject } from '../../../app/apply-project.js'
import { editsToImport } from '../../../app/edits/import.js'
import { editsFromTerraform } from '../../../app/edits/import-from-terraform.js'
import { openForEdits } from '../../../app/edits/open.js'
import { writeEdits } from '../../../app/edits/write-edits.js'
import { badUsage } from '../../../app/failure.js'
import type { Site } from '../../../app/site.js'
import type { FileEdit } from '../../../edit/edit-project.js'
import type { Withheld } from '../../../edit/without-api-keys.js'
import type { Deployment } from '../../../model/deployment.js'
import type { FlowKey } from '../../../model/flow.js'
import { removedBlocks } from '../../../synth/terraform-state.js'
import { plural, printable } from '../../../text/text.js'
import { allowOption } from '../../options/allow.js'
import { chosenView, formatOptions, jsonView, type View } from '../../options/format.js'
import { environmentOption, siteOf } from '../../options/project.js'
import { readTerraformState } from '../../options/terraform-state.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import type { Terminal } from '../../program/terminal.js'
import { type ApplyView, applyInWords, applyUntold, deploymentOf, follow } from '../../views/apply.js'
import { editsJson, editsText } from '../../views/edits.js'
import { withheldJson, withheldLines } from '../../views/withheld.js'
import { collectKey, FROM_STRIPE_VIEWS, takeFromStripe } from '../stripe/import-from-stripe.js'

interface Written {
  readonly environment: string
  readonly edits: readonly FileEdit[]
  readonly withheld: readonly Withheld[]
  readonly willAdopt: boolean
}

interface Imported extends Written {
  readonly keys: readonly FlowKey[]
  readonly deployment: Deployment | null
}

/** Blocks that make Terraform forget flows, and the definitions that it had them from. */
interface Taken {
  readonly environment: string
  readonly edits: readonly FileEdit[]
  readonly removed: string
}

interface ImportView {
  written(terminal: Terminal, written: Written): void
  readonly during: ApplyView
  readonly end: View<Imported>
  readonly taken: View<Taken>
}

const VIEWS: Readonly<Record<'human' | 'json', ImportView>> = {
  human: {
    written: (terminal, { edits, withheld, environment, willAdopt }) => {
      if (edits.length > 0) terminal.show(`${editsText(edits, { palette: terminal.palette })}${willAdopt ? '\n' : ''}`)
      else if (withheld.length === 0) terminal.show(nothingText(environment))
    },
    during: applyInWords,
    end: (terminal, { edits, keys, environment, deployment, withheld }) => {
      if (edits.length > 0) terminal.show(summaryText(keys, environment, deployment))
      terminal.talk(withheldLines(withheld))
    },
    // Definitions go to stderr, so that the text for Terraform can go into a file.
    taken: (terminal, { edits, environment, removed }) => {
      terminal.talk(
        edits.length === 0
          ? `Nothing to import: every flow has a definition.\n`
          : `${editsText(edits, { palette: terminal.talkPalette })}\nMade definitions of ${plural(edits.length, 'flow')} in ${environment}; flows plan has nothing to do for them.\n`,
      )
      terminal.talk(
        '\nPut these blocks in place of the resources, and run terraform apply (1.7 or newer): Terraform forgets the flows, and destroys none.\n\n',
      )
      terminal.result(removed)
    },
  },
  json: {
    written: () => {},
    during: applyUntold,
    end: jsonView('import', ({ environment, edits, withheld, deployment }) => ({
      environment,
      edits: editsJson(edits),
      withheld: withheldJson(withheld),
      deployment,
    })),
    taken: jsonView('import', ({ environment, edits, removed }) => ({
      environment,
      edits: editsJson(edits),
      deployment: null,
      removed,
    })),
  },
}

const { format, json } = formatOptions(VIEWS)

export const importFlows: Define = (command, run) => {
  command
    .argument('[keys...]', 'flows that nobody manages (default: all of them)')
    .addOption(environmentOption)
    .option('-y, --yes', 'adopt without asking; needed where nobody can answer')
    .option('--no-adopt', 'only make the definitions; flows adopt takes the flows over later')
    .option('--from-terraform <file>', 'flows of this project that Terraform manages, by its terraform show -json')
    .option(
      '--from-stripe',
      'flows that a Stripe account uses: definitions bound to them, by their ids instead of keys',
    )
    .option(
      '--key <key=id>',
      'with --from-stripe: the key of the definition of a flow; may be repeated',
      collectKey,
      [],
    )
    .addOption(allowOption())
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      examples(
        ['Make definitions for all flows that nobody manages, and take the flows over', 'flows import --env live'],
        ['Only the definition of one', 'flows import spring-campaign --env live --no-adopt'],
        [
          'From Terraform to YAML; what it prints lets Terraform forget the flows',
          'flows import --env live --from-terraform state.json > removed.tf',
        ],
        ['What a Stripe account uses, with a key that may read its sessions', 'flows import --env live --from-stripe'],
        [
          'The flow of the other mode for a definition',
          'flows import --env test --from-stripe --key high-value=vf_1S9VWc',
        ],
      ),
    )
    .action((named, { env, yes, adopt, allow, fromTerraform, fromStripe, key = [], ...options }) =>
      run(async (cli) => {
        const view = chosenView(options, VIEWS)
        if (fromStripe) {
          if (!adopt || allow.length > 0 || fromTerraform !== undefined) {
            throw badUsage('--from-stripe adopts nothing: leave out --no-adopt, --allow and --from-terraform')
          }
          const taken = await takeFromStripe(cli, { env, ids: named, named: key })
          chosenView(options, FROM_STRIPE_VIEWS)(cli.terminal, taken, ExitCode.ok)
          return ExitCode.ok
        }
        if (key.length > 0) throw badUsage('--key says something with --from-stripe only')
        if (fromTerraform !== undefined) {
          if (!adopt || allow.length > 0) {
            throw badUsage('--from-terraform adopts nothing, so --no-adopt and --allow say nothing: leave them out')
          }
          view.taken(cli.terminal, await takeFromTerraform(cli, env, fromTerraform, named), ExitCode.ok)
          return ExitCode.ok
        }
        if (adopt && !yes && !cli.terminal.isInteractive) {
          throw badUsage(
            'nobody is there to confirm that the flows are taken over: nothing was written',
            'add --yes, or --no-adopt to make the definitions only',
          )
        }
        const site = siteOf(cli, env)
        const { edits, keys, withheld } = editsToImport(await openForEdits(site, { mayBeEmpty: true }), named)
        writeEdits(site.project, edits)
        const written = { environment: site.target.name, edits, withheld, willAdopt: adopt }
        view.written(cli.terminal, written)
        const declinedText = 'Not adopted: the definitions are written, and flows adopt takes the flows over.'
        const apply = () =>
          follow(cli, { view: view.during, yes, allow, declinedText }, (steps) =>
            applyProject(site, { allow, only: keys }, steps),
          )
        const deployment = adopt && edits.length > 0 ? deploymentOf(await apply()) : null
        const exitCode = withheld.length > 0 ? ExitCode.failed : ExitCode.ok
        view.end(cli.terminal, { ...written, keys, deployment }, exitCode)
        return exitCode
      }),
    )
}

async function takeFromTerraform(
  cli: Cli,
  env: string | undefined,
  file: string,
  named: readonly string[],
): Promise<Taken> {
  const inState = readTerraformState(cli, file)
  const site: Site = siteOf(cli, env)
  const { edits, addresses } = editsFromTerraform(await openForEdits(site, { mayBeEmpty: true }), inState, named)
  writeEdits(site.project, edits)
  return { environment: site.target.name, edits, removed: removedBlocks(addresses) }
}

function nothingText(environment: string): string {
  return `Nothing to import: every flow of ${environment} has a project or a definition.\n`
}

function summaryText(keys: readonly string[], environment: string, deployment: { readonly id: string } | null): string {
  const flows = plural(keys.length, 'flow')
  const made = `\nMade definitions of ${flows} in ${environment}; other environments get them with their next apply.\n`
  const next = `Not adopted yet: flows adopt ${keys.map(printable).join(' ')} --env ${environment}\n`
  return deployment === null ? made + next : `${made}Adopted ${flows}: deployment ${printable(deployment.id)}\n`
}
