import type { Diagnostic } from '../model/diagnostic.js'

interface FailureOptions {
  readonly hint?: string
  readonly cause?: unknown
  readonly details?: Readonly<Record<string, unknown>>
}

/** A reason to stop that the user can act on: what is wrong, and how to mend it if that is not obvious. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: string
  readonly hint: string | undefined
  /** More details, for programs. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, options: FailureOptions = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.details = options.details ?? {}
  }
}

/** All the errors of definitions or configuration. */
export class InvalidDefinitions extends Error {
  override readonly name = 'InvalidDefinitions'
  readonly diagnostics: readonly Diagnostic[]
  /** The folder that the paths of their files are relative to. */
  readonly root: string

  constructor(diagnostics: readonly Diagnostic[], root: string) {
    super(`${diagnostics.length} diagnostics`)
    this.diagnostics = diagnostics
    this.root = root
  }
}

/** A request that makes no sense, or that is about something that does not exist. */
export function badUsage(message: string, hint?: string): Failure {
  return new Failure('bad_usage', message, hint === undefined ? {} : { hint })
}
