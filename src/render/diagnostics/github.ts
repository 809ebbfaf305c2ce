import type { Diagnostic } from '../../model/diagnostic.js'
import { printable } from '../../text/text.js'
import { fromRepository, workflowCommand } from '../workflow-command.js'

/**
 * Workflow commands of GitHub Actions: each becomes an annotation on the changed line. `folder` is the path from the
 * repository's root to the configuration file's folder, because GitHub's paths start at the root.
 */
export function diagnosticsGithub(diagnostics: readonly Diagnostic[], folder = ''): string {
  return diagnostics.map((diagnostic) => annotation(diagnostic, folder)).join('')
}

function annotation({ severity, code, message, hint, at }: Diagnostic, folder: string): string {
  const properties = { file: fromRepository(folder, at.file), line: at.line, col: at.column, title: code }
  const text = [message, ...(hint === undefined ? [] : [`hint: ${hint}`])].map(printable).join('\n')
  return workflowCommand(severity, properties, text)
}
