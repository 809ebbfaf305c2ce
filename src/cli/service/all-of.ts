import { Failure, InvalidDefinitions } from '../../app/failure.js'
import type { Diagnostic } from '../../model/diagnostic.js'

/**
 * Does each step, also after one that failed. Throws what the steps threw: the error itself if it is the only one, else
 * one Failure that names every fault on a line of its own. Errors that nobody can mend are thrown at once.
 */
export function allOf(steps: readonly (() => void)[]): void {
  const errors = steps.flatMap((step) => errorOf(step) ?? [])
  const [first, ...others] = errors
  if (first === undefined) return
  if (others.length === 0) throw first
  const faults = errors.flatMap((error) => (error instanceof Failure ? faultsOf(error) : error.diagnostics.map(placed)))
  const code = errors.find((error) => error instanceof Failure)?.code ?? SETTINGS_INVALID
  throw new Failure(
    code,
    [`${faults.length} settings cannot be used:`, ...faults.map((one) => `  ${one}`)].join('\n'),
    {
      details: { faults },
    },
  )
}

const SETTINGS_INVALID = 'settings_invalid'

function errorOf(step: () => void): Failure | InvalidDefinitions | undefined {
  try {
    step()
    return undefined
  } catch (error) {
    if (error instanceof Failure || error instanceof InvalidDefinitions) return error
    throw error
  }
}

function faultsOf({ message, hint, details }: Failure): readonly string[] {
  if (Array.isArray(details.faults)) return details.faults
  return [hint === undefined ? message : `${message}; ${hint}`]
}

function placed({ at, code, message, hint }: Diagnostic): string {
  return `${at.file}:${at.line}:${at.column} ${code} ${message}${hint === undefined ? '' : `; ${hint}`}`
}
