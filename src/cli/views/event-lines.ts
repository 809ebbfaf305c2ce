import { InvalidDefinitions } from '../../app/failure.js'
import { diagnosticLine, type EventLine, endLine, lineText, versionLine } from '../../render/events.js'
import type { Cli } from '../program/command.js'
import type { ExitCode } from '../program/exit-code.js'
import { describe } from '../program/report.js'
import { version } from '../program/version.js'

export type Emit = (...lines: readonly EventLine[]) => void

/**
 * Runs a command that reports events as JSON lines, each printed when it happens. Errors become lines too, and the last
 * line always has the exit code.
 */
export async function asLines({ terminal }: Cli, work: (emit: Emit) => Promise<ExitCode>): Promise<ExitCode> {
  const emit: Emit = (...lines) => {
    for (const line of lines) terminal.result(lineText(line))
  }
  emit(versionLine(version))
  const exitCode = await work(emit).catch((error: unknown) => {
    emit(...failureLines(error))
    return describe(error).exitCode
  })
  emit(endLine(exitCode))
  return exitCode
}

/** What stopped a command, as lines: every fault of the definitions, then the error. */
export function failureLines(error: unknown): EventLine[] {
  const { code, message, hint, details } = describe(error)
  const diagnostics = error instanceof InvalidDefinitions ? error.diagnostics.map(diagnosticLine) : []
  return [...diagnostics, { type: 'error', code, message, hint: hint ?? null, ...details }]
}
