import type { Diagnostic } from '../../model/diagnostic.js'

export interface DiagnosticsSummary {
  readonly errors: number
  readonly warnings: number
  /** Number of files with at least one diagnostic. */
  readonly files: number
}

export function summarise(diagnostics: readonly Diagnostic[]): DiagnosticsSummary {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  return {
    errors,
    warnings: diagnostics.length - errors,
    files: new Set(diagnostics.map(({ at }) => at.file)).size,
  }
}
