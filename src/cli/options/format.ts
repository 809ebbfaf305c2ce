import { Option } from '@commander-js/extra-typings'
import { badUsage } from '../../app/failure.js'
import { printableJson } from '../../text/text.js'
import type { Cli } from '../program/command.js'
import { ExitCode } from '../program/exit-code.js'
import type { Terminal } from '../program/terminal.js'
import type { DiagnosticsFormat } from '../views/diagnostics.js'

/** Shows a command's result in one form. */
export type View<Result> = (terminal: Terminal, result: Result, exitCode: ExitCode) => void

/** The forms of a command's result; the first is the default. */
export type Views<Result, Format extends string> = Readonly<Record<Format, View<Result>>>

/** The options --format and --json for a command with these views. */
export function formatOptions<Format extends string>(views: Readonly<Record<Format, unknown>>) {
  const formats = Object.keys(views) as [Format, ...Format[]]
  return {
    format: new Option('--format <format>', 'form of the result').choices(formats).default(formats[0]),
    json: new Option('--json', 'the same as --format json'),
  }
}

/** Shows a result in the requested form and returns the exit code that was shown. */
export type Show<Result> = (cli: Cli, result: Result, exitCode?: ExitCode) => ExitCode

/** Call this before doing anything: --json with another --format is a contradiction. */
export function viewOf<Result, Format extends string>(
  options: Chosen<NoInfer<Format>>,
  views: Views<Result, Format>,
): Show<Result> {
  const view = chosenView(options, views)
  return ({ terminal }, result, exitCode = ExitCode.ok) => {
    view(terminal, result, exitCode)
    return exitCode
  }
}

/** What the parser makes of --format and --json. */
interface Chosen<Format extends string> {
  readonly format: Format
  readonly json?: true | undefined
}

/** The requested view. Every command with views has one for JSON. */
export function chosenView<View, Format extends string>(
  options: Chosen<NoInfer<Format>>,
  views: Readonly<Record<Format, View>>,
): View {
  return views[chosenFormat(options) as Format]
}

/** The JSON view of every command: name and version first, exit code last. */
export function jsonView<Result>(name: string, bodyOf: (result: Result) => object): View<Result> {
  return (terminal, result, exitCode) => {
    const body = { format: `flows.${name}`, format_version: '1.0', ...bodyOf(result), exit_code: exitCode }
    terminal.result(jsonText(body))
  }
}

/** The part of a command's options that chooses the form of its result. */
export interface FormatOptions {
  readonly format?: string
  readonly json?: boolean
}

/** The format for the reason why a command stopped; the human one if the requested format cannot express it. */
export function formatOf({ format, json }: FormatOptions): DiagnosticsFormat {
  if (json) return 'json'
  return format === 'json' || format === 'sarif' || format === 'github' ? format : 'human'
}

/** The requested format; --json with another --format is a contradiction. */
function chosenFormat<Format extends string>(options: Chosen<Format>): Format | 'json' {
  if (!options.json) return options.format
  if (options.format !== 'human' && options.format !== 'json') {
    throw badUsage(`--json contradicts --format ${options.format}`)
  }
  return 'json'
}

/** JSON as every command prints it. */
export const jsonText = printableJson
