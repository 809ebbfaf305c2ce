import type { Diagnostic } from '../model/diagnostic.js'

interface FailureOptions {
  readonly hint?: string
  readonly cause?: unknown
  readonly details?: Readonly<Record<string, unknown>>
}

/** A reason to stop that the user can do something about: what is wrong, and how to mend it where that is not plain. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: string
  readonly hint: string | undefined
  /** More for machines. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, options: FailureOptions = {}) {
    super(message, { cause: options.cause })
    this.code = code
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

/** What was asked for makes no sense, or is about something that is not there. */
export function badUsage(message: string, hint?: string): Failure {
  return new Failure('bad_usage', message, hint === undefined ? {} : { hint })
}
