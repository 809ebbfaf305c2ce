import { summarise, type TestResult } from '../../tests/result.js'

/** The body of format flows.tests 1.0. Later minor versions only add members. */
export function testsJson(results: readonly TestResult[]): object {
  return {
    tests: results.map(({ file, name, at, flow, environment, failures }) => ({
      file,
      line: at.line,
      name,
      flow,
      environment,
      status: failures.length === 0 ? 'passed' : 'failed',
      failures: failures.map(({ at: { line, column }, ...failure }) => ({ line, column, ...failure })),
    })),
    summary: summarise(results),
  }
}
