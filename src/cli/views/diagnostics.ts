import { readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { type Diagnostic, hasError } from '../../model/diagnostic.js'
import { ExitCode } from '../../model/exit-code.js'
import { diagnosticsGithub } from '../../render/diagnostics/github.js'
import { diagnosticsJson } from '../../render/diagnostics/json.js'
import { diagnosticsSarif } from '../../render/diagnostics/sarif.js'
import { diagnosticsText } from '../../render/diagnostics/text.js'
import type { Terminal } from '../terminal.js'

export type DiagnosticsFormat = 'human' | 'json' | 'github' | 'sarif'

export interface DiagnosticsView {
  readonly terminal: Terminal
  readonly format: DiagnosticsFormat
  /** The folder that the diagnostics' files are relative to. */
  readonly root: string
}

/** Shows diagnostics (the human form is talk, the others are results) and answers with the exit code they mean. */
export function showDiagnostics(diagnostics: readonly Diagnostic[], view: DiagnosticsView): ExitCode {
  const { terminal, format, root } = view
  const exitCode = hasError(diagnostics) ? ExitCode.definitionsInvalid : ExitCode.ok
  // Annotations and code scanning name files from the root of the repository, where CI runs.
  const folder = relative(terminal.cwd, root).split(sep).join('/')
  if (format === 'json') terminal.result(diagnosticsJson(diagnostics, exitCode))
  else if (format === 'sarif') terminal.result(diagnosticsSarif(diagnostics, folder))
  else if (format === 'github') terminal.result(diagnosticsGithub(diagnostics, folder))
  else terminal.talk(diagnosticsText(diagnostics, terminal.talkPalette, (file) => textOf(join(root, file))))
  return exitCode
}

/** The text of a file, for the excerpt below a diagnostic; none where it cannot be read. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
