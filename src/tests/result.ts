import type { SourcePosition } from '../model/diagnostic.js'
import type { FlowKey } from '../model/flow.js'

/** One test in one environment, and what came of it. */
export interface TestResult {
  readonly file: string
  readonly name: string
  /** Where the test begins. */
  readonly at: SourcePosition
  readonly flow: FlowKey
  readonly environment: string
  /** Everything that is not as the test says; empty if it passed. */
  readonly failures: readonly TestFailure[]
}

/** One thing that is not as a test says. */
export interface TestFailure {
  /** Where the test says it. */
  readonly at: SourcePosition
  /** One sentence for people. */
  readonly message: string
  /** Both sides in short, as a test file writes them. */
  readonly expected: string
  readonly actual: string
}

/** A failure before it has a place: a JSON Pointer within the test. */
export interface Difference extends Omit<TestFailure, 'at'> {
  readonly pointer: string
}

export interface TestSummary {
  readonly tests: number
  readonly passed: number
  readonly failed: number
  readonly files: number
}

export function summarise(results: readonly TestResult[]): TestSummary {
  const failed = results.filter(({ failures }) => failures.length > 0).length
  return {
    tests: results.length,
    passed: results.length - failed,
    failed,
    files: new Set(results.map(({ file }) => file)).size,
  }
}
