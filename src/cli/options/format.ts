import { Option } from '@commander-js/extra-typings'
import { badUsage } from '../../app/failure.js'
import { printableJson } from '../../text/text.js'
import type { DiagnosticsFormat } from '../views/diagnostics.js'

/** The options --format and --json of a command that knows these formats; the first is the default. */
export function formatOptions<F extends string>(formats: readonly [F, ...F[]]) {
  return {
    format: new Option('--format <format>', 'form of the result').choices(formats).default(formats[0]),
    json: new Option('--json', 'the same as --format json'),
  }
}

/** What the options of any command say about the form of its result. */
export interface FormatOptions {
  readonly format?: string
  readonly json?: boolean
}

/** The format in which to tell why a command stopped; the human one where the format asked for has no word for it. */
export function formatOf({ format, json }: FormatOptions): DiagnosticsFormat {
  if (json) return 'json'
  return format === 'json' || format === 'sarif' || format === 'github' ? format : 'human'
}

/** The format asked for; --json together with another --format is a contradiction. */
export function chosenFormat<F extends string>(options: { format: F; json?: true | undefined }): F | 'json' {
  if (!options.json) return options.format
  if (options.format !== 'human' && options.format !== 'json') {
    throw badUsage(`--json contradicts --format ${options.format}`)
  }
  return 'json'
}

/** JSON as every command prints it. */
export const jsonText = printableJson
