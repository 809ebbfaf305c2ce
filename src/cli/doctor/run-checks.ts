import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../app/failure.js'
import { RemoteError } from '../../remote/remote.js'
import { type Finding, type Found, problem } from './finding.js'

/** A check, and its name for the case that it finds nothing. */
export interface Check {
  readonly name: string
  readonly environment: string | null
  run(): Promise<readonly Found[]> | readonly Found[]
}

/** Runs all checks at once, each for a limited time. A failing check does not stop the others. Never throws. */
export async function runChecks(checks: readonly Check[], patience: number): Promise<readonly Finding[]> {
  const found = await Promise.all(checks.map((check) => runOne(check, patience)))
  return found.flat()
}

async function runOne({ name, environment, run }: Check, patience: number): Promise<readonly Finding[]> {
  const over = new AbortController()
  // The timer stops once the check ends. Each check has its own limit, which is a second earlier.
  const late = sleep(patience + 1000, undefined, { signal: over.signal }).then(
    () => [problem(name, 'the check did not end in time')],
    () => [],
  )
  const work = Promise.resolve()
    .then(run)
    .catch((error: unknown) => [problem(name, reasonOf(error))])
  const found = await Promise.race([work, late])
  over.abort()
  return found.map((one) => ({ ...one, environment }))
}

function reasonOf(error: unknown): string {
  if (error instanceof RemoteError || error instanceof Failure) return error.message
  return `the check failed: ${error instanceof Error ? error.message : String(error)}`
}
