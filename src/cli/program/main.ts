import { Command, CommanderError, Option } from '@commander-js/extra-typings'
import { type CompletionRequest, completionRequest } from '../completion/request.js'
import { type FormatOptions, formatOf } from '../options/format.js'
import { askedHelp } from './asked-help.js'
import type { Cli, CommandRow, Run } from './command.js'
import { ExitCode } from './exit-code.js'
import { misread, seemsToWantJson, unknownCommand } from './misread.js'
import { report } from './report.js'
import { COMMANDS } from './table.js'
import { processTerminal, type Terminal, watchOutputs } from './terminal.js'
import { version } from './version.js'

/** Runs one command line and returns its exit code. Never throws, and leaves the process to end by itself. */
export async function main(args: readonly string[], openTerminal = processTerminal): Promise<ExitCode> {
  const request = completionRequest(args)
  if (request !== undefined) return completed(request)
  let exitCode: ExitCode = ExitCode.ok
  watchOutputs(() => {
    exitCode = ExitCode.failed
    process.exitCode = exitCode
  })
  const program = createProgram(seemsToWantJson(args), openTerminal(undefined))
  const cliOf = (): Cli => {
    const { config, color } = program.opts()
    // commander's default for --color comes from its negation: only a typed flag counts.
    const typed = program.getOptionValueSource('color') === 'cli' ? (color as boolean) : undefined
    return { terminal: openTerminal(typed), configFile: config }
  }
  let options: FormatOptions = {}
  program.hook('preAction', (_, command) => {
    options = command.opts()
  })
  const run: Run = async (action) => {
    const cli = cliOf()
    try {
      const code = await action(cli)
      // What could not be printed before the end is a failure already.
      if (exitCode === ExitCode.ok) exitCode = code
    } catch (error) {
      exitCode = report(error, cli.terminal, formatOf(options))
    }
  }
  await addCommands(program, args, run)
  const misreadFormat = seemsToWantJson(args) ? 'json' : 'human'
  const help = askedHelp(args, program)
  if (help !== undefined && 'word' in help) return report(unknownCommand(help), cliOf().terminal, misreadFormat)
  try {
    await program.parseAsync(help?.args ?? args, { from: 'user' })
  } catch (error) {
    const { terminal } = cliOf()
    if (!(error instanceof CommanderError)) return report(error, terminal, formatOf(options))
    if (error.exitCode === 0) return ExitCode.ok
    // Everything else that commander throws is a command line it could not read.
    return report(misread(error, program, args), terminal, misreadFormat)
  }
  return exitCode
}

/** Answers a shell that completes a command line, with the same table that reads the line. */
export async function completed(request: CompletionRequest, terminal = processTerminal(false)): Promise<ExitCode> {
  const program = createProgram(true, terminal)
  // The word that is being typed is not a command yet.
  await addCommands(program, request.words.slice(0, -1), async () => {})
  const { complete } = await import('../completion/complete.js')
  complete(request, program as never, (configFile) => ({ terminal, configFile }))
  return ExitCode.ok
}

type Program = ReturnType<typeof createProgram>

/** report() shows what is wrong with a command line, like every failure. `quiet` suppresses the help as well. */
function createProgram(quiet: boolean, terminal: Terminal) {
  return new Command('flows')
    .description('Verification flows as code: YAML definitions, planned and applied.')
    .usage('<command> [options]')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .addOption(
      new Option('-c, --config <file>', 'configuration file').default(
        undefined,
        'flows.config.yaml here or in a folder above',
      ),
    )
    .option('--color', 'colour the output')
    .option('--no-color', 'do not colour the output')
    .configureHelp({
      // commander's default does not wrap at all on a narrow terminal.
      minWidthToWrap: 10,
      showGlobalOptions: true,
      styleTitle: (title) => title,
      visibleCommands: ({ commands }) => [...commands],
    })
    .showSuggestionAfterError(true)
    .configureOutput({
      outputError: () => {},
      // Not a terminal: use the most common width.
      getOutHelpWidth: () => terminal.columns ?? 80,
      getErrHelpWidth: () => terminal.talkColumns ?? 80,
      writeOut: terminal.result,
      writeErr: quiet ? () => {} : terminal.talk,
    })
    .exitOverride()
}

/** Loads in full only the command that the line calls. */
async function addCommands(program: Program, args: readonly string[], run: Run): Promise<void> {
  const names = args.filter((arg, index) => isCommandName(arg, args[index - 1]))
  const called = names.find((name) => name !== 'help')
  for (const row of COMMANDS) await addCommand(program, row, row.name === called, run)
}

async function addCommand(program: Program, row: CommandRow, isCalled: boolean, run: Run): Promise<void> {
  const command = program
    .command(row.name)
    .summary(row.summary)
    .description(`${row.summary.charAt(0).toUpperCase()}${row.summary.slice(1)}.`)
    .helpGroup(`${row.group}:`)
    .copyInheritedSettings(program as unknown as Command)
  if (isCalled) (await row.load())(command as unknown as Command, run)
}

/** The first argument that is not a flag or the value of a global flag is the command. */
function isCommandName(arg: string, previous: string | undefined): boolean {
  return !arg.startsWith('-') && previous !== '-c' && previous !== '--config'
}
