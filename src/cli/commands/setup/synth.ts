import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { badUsage } from '../../../app/failure.js'
import { createFile, replaceFile } from '../../../app/project/write-file.js'
import { type Synthesised, synthesise } from '../../../app/synth.js'
import { plural, printable } from '../../../text/text.js'
import { checkFolder } from '../../options/check-folder.js'
import { namedFile } from '../../options/named-file.js'
import { environmentOption, siteOf } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'

const FILE = 'flows.tf.json'

export const synth: Define = (command, run) => {
  command
    .addOption(environmentOption)
    .option('--out <path>', `a folder, where it becomes ${FILE}, or a file that ends in .tf.json (default: stdout)`)
    .option('--import', 'with import blocks for the flows that exist already; reads the environment')
    .option('--check', 'with --out: write nothing; exit 2 when something would be written')
    .addHelpText(
      'after',
      examples(
        ['The flows of live as Terraform resources', 'flows synth --env live --out infra'],
        ['Hand flows that flows apply made over to Terraform', 'flows synth --env live --import --out infra'],
        [
          'In a pull request: is the file the one that the definitions make?',
          'flows synth --env live --out infra --check',
        ],
      ),
    )
    .action((options) => run(async (cli) => writeConfiguration(cli, options)))
}

interface Options {
  readonly env?: string | undefined
  readonly out?: string | undefined
  readonly import?: true | undefined
  readonly check?: true | undefined
}

async function writeConfiguration(cli: Cli, { env, out, ...options }: Options): Promise<ExitCode> {
  const { terminal } = cli
  if (options.check && out === undefined) throw badUsage('--check needs --out: it compares with a file')
  const site = siteOf(cli, env)
  const file = out === undefined ? undefined : fileOf(cli, out)
  if (file !== undefined) checkPlace(file, terminal.cwd)
  const folder = file === undefined ? terminal.cwd : dirname(file)
  const made = await synthesise(site, { folder, withImports: options.import === true })
  if (made.left.length > 0) terminal.talk(leftText(made))
  // Not the JSON of other commands: Terraform must read exactly these characters.
  const text = `${JSON.stringify(made.configuration, null, 2)}\n`
  if (file === undefined) {
    terminal.result(text)
    return ExitCode.ok
  }
  const shown = printable(relative(terminal.cwd, file))
  const about = `${plural(made.flows.length, 'flow')} of ${made.environment}`
  if (existsSync(file) && readFileSync(file, 'utf8') === text) {
    terminal.show(`${shown} is up to date: ${about}.\n`)
    return ExitCode.ok
  }
  if (options.check) {
    terminal.show(`${shown} is not what the definitions make: flows synth would write it.\n`)
    return ExitCode.changesPending
  }
  write(file, text)
  terminal.show(`Wrote ${shown}: ${about}.\n`)
  return ExitCode.ok
}

/** Terraform reads files that end in .tf.json, so any other name means a folder. */
function fileOf(cli: Cli, out: string): string {
  const { cwd } = cli.terminal
  const isFile = basename(out).endsWith('.tf.json')
  if (!isFile && /\.(json|tf)$/.test(out)) {
    throw badUsage(`Terraform would not read ${out} as JSON`, `name a folder, or a file such as ${FILE}`)
  }
  const path = resolve(cwd, isFile ? out : join(out, FILE))
  checkFolder(dirname(path), cwd)
  return namedFile(cli, path)
}

function checkPlace(file: string, cwd: string): void {
  if (!existsSync(file) || statSync(file).isFile()) return
  throw badUsage(`${printable(relative(cwd, file))} is a folder, where the file would be`, 'name another place')
}

function leftText({ project, environment, left }: Synthesised): string {
  const [it, its, has] = left.length === 1 ? ['it', 'its definition', 'has'] : ['them', 'their definitions', 'have']
  const named = left.map(printable)
  const about = `${plural(left.length, 'flow')} of ${project} in ${environment}`
  const pull = `flows pull ${named.join(' ')} --all --env ${environment}`
  return `warning: ${about} ${has} no definition, so Terraform does not take ${it} over: ${named.join(', ')}. Bring ${its} back (${pull}), or archive ${it} first (flows apply --env ${environment}); then run this again.\n`
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  if (existsSync(file)) replaceFile(dirname(file), basename(file), text)
  else createFile(dirname(file), basename(file), text)
}
