import { existsSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { badUsage } from '../../../app/failure.js'
import { PROVIDER_SOURCE, PROVIDER_VERSION, PROVIDER_VERSION_RANGE } from '../../../synth/package.js'
import { printable } from '../../../text/text.js'
import { HOSTS, installProvider, type Outcome, PLATFORMS } from '../../install/provider-mirror.js'
import { isLockedToOther, LOCK_FILE } from '../../install/terraform-lock.js'
import { installationSettings } from '../../install/terraform-settings.js'
import { checkFolder } from '../../options/check-folder.js'
import { formatOptions, jsonView, type Views, viewOf } from '../../options/format.js'
import { namedFile } from '../../options/named-file.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import type { Terminal } from '../../program/terminal.js'

interface Installed {
  readonly outcome: Outcome
  readonly plugins: string
  /** The folder as messages show it. */
  readonly shown: string
  readonly isForUser: boolean
}

const VIEWS: Views<Installed, 'human' | 'json'> = {
  human: inWords,
  json: jsonView('terraform_install', ({ outcome, plugins }) => ({
    outcome,
    source: PROVIDER_SOURCE,
    version: PROVIDER_VERSION,
    folder: plugins,
    hosts: HOSTS,
    platforms: PLATFORMS,
  })),
}

const { format, json } = formatOptions(VIEWS)

export const terraform: Define = (command, run) => {
  command.addHelpText('after', examples(['Where terraform init finds it', 'flows terraform install']))
  command
    .command('install')
    .description('Put the provider where Terraform and OpenTofu find it without any settings.')
    .option('--dir <folder>', 'where terraform runs (default: here)')
    .option('--user', 'for every folder of yours, in ~/.terraform.d; apps of a CDK need this')
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      examples(
        ['Into this folder, for Linux and macOS; then terraform init finds it', 'flows terraform install'],
        ['Where the configuration lies elsewhere', 'flows terraform install --dir infra'],
        ['For apps of a CDK, whose folders come and go', 'flows terraform install --user'],
      ),
    )
    .action((options) => run(async (cli) => viewOf(options, VIEWS)(cli, install(cli, options))))
}

interface Options {
  readonly dir?: string | undefined
  readonly user?: true | undefined
}

function install(cli: Cli, { dir, user }: Options): Installed {
  const { terminal } = cli
  if (dir !== undefined && user) throw badUsage('--dir and --user are two places: give one of them')
  const folder = user ? homeOf(terminal) : resolve(terminal.cwd, dir ?? '')
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw badUsage(`there is no folder ${dir ?? folder}`)
  const plugins = join(folder, user ? '.terraform.d' : 'terraform.d', 'plugins')
  for (const host of HOSTS) {
    const place = join(plugins, host, PROVIDER_SOURCE)
    checkFolder(place, terminal.cwd)
    if (!user) namedFile(cli, relative(terminal.cwd, place))
  }
  if (!user) namedFile(cli, relative(terminal.cwd, join(folder, LOCK_FILE)))
  const { outcome, checksum } = installProvider(plugins)
  const settings = installationSettings(terminal)
  if (settings !== undefined) terminal.talk(settingsText(settings, plugins))
  if (isLockedToOther(folder, checksum)) terminal.talk(LOCKED)
  const shown = printable(user ? '~/.terraform.d/plugins' : relative(terminal.cwd, plugins))
  return { outcome, plugins, shown, isForUser: user ?? false }
}

function inWords(terminal: Terminal, { outcome, shown, isForUser }: Installed): void {
  terminal.show(
    `${WORDS[outcome]} the provider ${PROVIDER_SOURCE} ${PROVIDER_VERSION} in ${shown}, for Linux and macOS.\n`,
  )
  if (outcome === 'unchanged') return
  terminal.show('\nTerraform and OpenTofu find it there. It runs on Node.js. Name it in the configuration:\n\n')
  terminal.result(REQUIREMENT)
  terminal.show(
    isForUser
      ? '\nThen: terraform init\n'
      : `\nThen: terraform init\nCommit ${shown}, or put it into .gitignore and run this command before each terraform init, in CI too.\n`,
  )
}

function homeOf({ env }: Cli['terminal']): string {
  if (!env.HOME) throw badUsage('--user needs a home folder: the environment variable HOME is not set')
  return env.HOME
}

const WORDS: Readonly<Record<Outcome, string>> = {
  installed: 'Installed',
  replaced: 'Installed anew',
  unchanged: 'Nothing to do: there already is',
}

const REQUIREMENT = `terraform {
  required_providers {
    flows = {
      source  = "${PROVIDER_SOURCE}"
      version = "${PROVIDER_VERSION_RANGE}"
    }
  }
}
`

const LOCKED =
  'warning: .terraform.lock.hcl has the checksum of another build of the provider: remove its block for the provider, then terraform init\n'

function settingsText(file: string, plugins: string): string {
  return `warning: ${printable(file)} has a provider_installation block, and with it terraform looks nowhere else: add filesystem_mirror { path = "${printable(plugins)}" } to that block\n`
}
