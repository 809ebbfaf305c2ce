import { ExitCode } from '../cli/program/exit-code.js'
import type { Diagnostic } from '../model/diagnostic.js'

interface FailureOptions {
  readonly hint?: string
  readonly exitCode?: ExitCode
  readonly cause?: unknown
  readonly details?: Readonly<Record<string, unknown>>
}

/** A reason to stop that the user can do something about: what is wrong, how to mend it, and the exit code. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: string
  readonly exitCode: ExitCode
  readonly hint: string | undefined
  /** More for machines. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, options: FailureOptions = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.exitCode = options.exitCode ?? ExitCode.failed
    this.hint = options.hint
    this.details = options.details ?? {}
  }
}

/** Definitions or configuration with errors: every one of them. */
export class InvalidDefinitions extends Error {
  override readonly name = 'InvalidDefinitions'
  readonly diagnostics: readonly Diagnostic[]
  /** The folder that their files are relative to. */
  readonly root: string

  constructor(diagnostics: readonly Diagnostic[], root: string) {
    super(`${diagnostics.length} diagnostics`)
    this.diagnostics = diagnostics
    this.root = root
  }
}

export function badUsage(message: string, hint?: string): Failure {
  return new Failure('bad_usage', message, { exitCode: ExitCode.badUsage, ...(hint !== undefined && { hint }) })
}

/** Ctrl-C while a question was open: nothing was begun. */
export function interrupted(): Failure {
  return new Failure('interrupted', 'Interrupted: nothing was written.', { exitCode: ExitCode.interrupted })
}
