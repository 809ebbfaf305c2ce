import type { TestResult } from '../../tests/result.js'
import { fromRepository, workflowCommand } from '../workflow-command.js'

/**
 * Workflow commands of GitHub Actions: each thing that is not as a test says becomes an annotation on its line.
 * `folder` is the path from the repository's root to the configuration file's folder.
 */
export function testsGithub(results: readonly TestResult[], folder = ''): string {
  return results
    .flatMap(({ name, environment, failures }) =>
      failures.map(({ at, message, expected, actual }) => {
        const properties = {
          file: fromRepository(folder, at.file),
          line: at.line,
          col: at.column,
          title: `${name} (${environment})`,
        }
        return workflowCommand('error', properties, `${message}\nexpected: ${expected}\nactual: ${actual}`)
      }),
    )
    .join('')
}
