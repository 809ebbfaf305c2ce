import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { adoptFlows, checkUnmanaged } from '../../../app/edits/adopt.js'
import { readTerraformState, takeFromTerraform } from '../../../app/edits/import-from-terraform.js'
import { type Observed, observed } from '../../../app/edits/observed.js'
import { editsFor, writeEdits } from '../../../app/edits/write-edits.js'
import { badUsage, InvalidDefinitions } from '../../../app/failure.js'
import { type Definitions, readDefinitions } from '../../../app/project/definitions.js'
import type { Project } from '../../../app/project/project.js'
import type { FlowTarget } from '../../../edit/edit-project.js'
import { withoutApiKeys } from '../../../edit/without-api-keys.js'
import { compareText } from '../../../model/canonical.js'
import { removedBlocks } from '../../../synth/terraform-state.js'
import { plural, printable } from '../../../text/text.js'
import { allowOption } from '../../options/allow.js'
import { chosenFormat, formatOptions, jsonText } from '../../options/format.js'
import { environmentOption } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { editsJson, editsText } from '../../views/edits.js'
import { withheldLines } from '../../views/withheld.js'

const { format, json } = formatOptions(['human', 'json'])

export const importFlows: Define = (command, run) => {
  command
    .argument('[keys...]', 'flows that nobody manages (default: all of them)')
    .addOption(environmentOption)
    .option('-y, --yes', 'adopt without asking; needed where nobody can answer')
    .option('--no-adopt', 'only make the definitions; flows adopt takes the flows over later')
    .option('--from-terraform <file>', 'flows of this project that Terraform manages, by its terraform show -json')
    .addOption(allowOption())
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      examples(
        ['Make definitions for all flows that nobody manages, and take the flows over', 'flows import --env live'],
        ['Only the definition of one', 'flows import spring-campaign --env live --no-adopt'],
        [
          'From Terraform to YAML: the blocks that it prints let Terraform forget the flows',
          'flows import --env live --from-terraform state.json > removed.tf',
        ],
      ),
    )
    .action((keys, options) =>
      run(async (cli) => {
        const isHuman = chosenFormat(options) === 'human'
        if (options.fromTerraform !== undefined) {
          if (!options.adopt || options.allow.length > 0) {
            throw badUsage('--from-terraform adopts nothing, so --no-adopt and --allow say nothing: leave them out')
          }
          await importFromTerraform(cli, keys, { env: options.env, file: options.fromTerraform, isHuman })
          return ExitCode.ok
        }
        if (options.adopt && !options.yes && !cli.terminal.isInteractive) {
          throw badUsage(
            'nobody is there to confirm that the flows are taken over: nothing was written',
            'add --yes, or --no-adopt to make the definitions only',
          )
        }
        const found = await observed(cli, options.env, { definitionsOf: definitionsSoFar })
        const { project, target, definitions } = found
        const { targets, withheld } = withoutApiKeys(targetsOf(found, chosenKeys(found, keys)), [])
        const chosen = targets.map(({ key }) => key)
        const edits = editsFor(project, definitions, target.name, targets, found.state)
        if (edits.length > 0) mkdirSync(join(project.root, project.config.flows), { recursive: true })
        writeEdits(project, edits)
        if (isHuman)
          cli.terminal.show(
            edits.length === 0
              ? withheld.length > 0
                ? ''
                : nothingText(target.name)
              : `${editsText(edits, cli.terminal.palette)}${options.adopt ? '\n' : ''}`,
          )
        const adopted =
          options.adopt && edits.length > 0
            ? await adoptFlows(cli, target.name, chosen, {
                yes: options.yes ?? false,
                allow: options.allow,
                isHuman,
                refusedText: 'Not adopted: the definitions are written, and flows adopt takes the flows over.',
              })
            : undefined
        const body = { format: 'flows.import', format_version: '1.0', environment: target.name }
        const deployment = adopted?.deployment ?? null
        const exitCode = withheld.length > 0 ? ExitCode.failed : ExitCode.ok
        if (!isHuman) {
          const left = withheld.map(({ key, paths }) => ({ key, paths }))
          cli.terminal.result(
            jsonText({ ...body, edits: editsJson(edits), withheld: left, deployment, exit_code: exitCode }),
          )
        } else {
          if (edits.length > 0) cli.terminal.show(summaryText(chosen, target.name, deployment))
          cli.terminal.talk(withheldLines(withheld))
        }
        return exitCode
      }),
    )
}

/** Definitions are told on stderr, so that what Terraform is to read can go into a file. */
async function importFromTerraform(
  cli: Cli,
  keys: readonly string[],
  { env, file, isHuman }: { readonly env: string | undefined; readonly file: string; readonly isHuman: boolean },
): Promise<void> {
  const { terminal } = cli
  const inState = readTerraformState(cli, file)
  const found = await observed(cli, env, { definitionsOf: definitionsSoFar })
  const { edits, addresses } = takeFromTerraform(found, inState, keys)
  const environment = found.target.name
  const removed = removedBlocks(addresses)
  if (!isHuman) {
    const body = { format: 'flows.import', format_version: '1.0', environment }
    terminal.result(jsonText({ ...body, edits: editsJson(edits), deployment: null, removed, exit_code: ExitCode.ok }))
    return
  }
  terminal.talk(
    edits.length === 0
      ? `Nothing to import: every flow has a definition.\n`
      : `${editsText(edits, terminal.talkPalette)}\nMade definitions of ${plural(edits.length, 'flow')} in ${environment}; flows plan has nothing to do for them.\n`,
  )
  terminal.talk(
    '\nPut these blocks in place of the resources, and run terraform apply (1.7 or newer): Terraform forgets the flows, and destroys none.\n\n',
  )
  terminal.result(removed)
}

/** A project may begin with an import: then it has no definitions yet. */
function definitionsSoFar(project: Project): Definitions {
  const definitions = readDefinitions(project)
  const faults = definitions.diagnostics.filter(({ code }) => code !== 'FOLDER_EMPTY' && code !== 'FOLDER_MISSING')
  if (faults.length > 0) throw new InvalidDefinitions(faults, project.root)
  return definitions
}

function chosenKeys({ project, target, definitions, state }: Observed, keys: readonly string[]): string[] {
  const defined = definitions.count === 0 ? [] : definitions.desired(target.name).map(({ key }) => key)
  const unmanaged = state.flows
    .filter((flow) => flow.project === null && flow.status === 'active')
    .map(({ key }) => key)
  const chosen = keys.length > 0 ? [...new Set(keys)] : unmanaged.filter((key) => !defined.includes(key))
  checkUnmanaged(state, chosen, {
    project: project.config.project,
    environment: target.name,
    defined,
    isImport: true,
  })
  return chosen.toSorted(compareText)
}

function targetsOf({ state }: Observed, keys: readonly string[]): FlowTarget[] {
  return state.flows.filter(({ key }) => keys.includes(key)).map(({ key, config }) => ({ key, config }))
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
