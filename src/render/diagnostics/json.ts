import type { Diagnostic } from '../../model/diagnostic.js'
import { printableJson } from '../../text/text.js'
import { summarise } from './summary.js'

/** Diagnostics for programs: format flows.diagnostics 1.0. Later minor versions only add members. */
export function diagnosticsJson(diagnostics: readonly Diagnostic[], exitCode: number): string {
  const output = {
    format: 'flows.diagnostics',
    format_version: '1.0',
    diagnostics,
    summary: summarise(diagnostics),
    exit_code: exitCode,
  }
  return printableJson(output)
}
