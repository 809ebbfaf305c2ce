import { Option } from '@commander-js/extra-typings'
import { badUsage } from '../failure.js'

/** The options --format and --json of a command that knows these formats; the first is the default. */
export function formatOptions<F extends string>(formats: readonly [F, ...F[]]) {
  return {
    format: new Option('--format <format>', 'form of the result').choices(formats).default(formats[0]),
    json: new Option('--json', 'the same as --format json'),
  }
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
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
