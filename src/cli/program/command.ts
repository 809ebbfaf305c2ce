import type { Command } from '@commander-js/extra-typings'
import type { ExitCode } from './exit-code.js'
import type { Terminal } from './terminal.js'

/** What a command gets: the terminal, and the options that every command takes. */
export interface Cli {
  readonly terminal: Terminal
  /** Path given by --config, if any. */
  readonly configFile: string | undefined
}

/**
 * Adds options, examples and the action to a command. The action returns the exit code. It throws Failure,
 * InvalidDefinitions or RemoteError for anything that stops it.
 */
export type Define = (command: Command, run: Run) => void

export type Run = (action: (cli: Cli) => Promise<ExitCode>) => Promise<void>

/** A row of the command table: what help shows without loading the command, and how to load it. */
export interface CommandRow {
  readonly name: string
  readonly summary: string
  readonly group: 'Definitions' | 'Flows' | 'Terraform' | 'Sessions' | 'Service' | 'Setup'
  readonly load: () => Promise<Define>
}

/** Examples below the options in `--help`: a comment and a command line each. */
export function examples(...lines: readonly (readonly [comment: string, commandLine: string])[]): string {
  return `\nExamples:\n${lines.map(([comment, line]) => `  # ${comment}\n  $ ${line}`).join('\n\n')}`
}
