import type { Diagnostic } from '../../model/diagnostic.js'
import { hasError } from '../../model/diagnostic.js'
import { ExitCode } from '../../model/exit-code.js'
import { diagnosticsGithub } from '../../render/diagnostics/github.js'
import { diagnosticsJson } from '../../render/diagnostics/json.js'
import { diagnosticsSarif } from '../../render/diagnostics/sarif.js'
import { diagnosticsText } from '../../render/diagnostics/text.js'
import type { Terminal } from '../terminal.js'

export type DiagnosticsFormat = 'human' | 'json' | 'github' | 'sarif'

/** Shows diagnostics (the human form is talk, the others are results) and answers with the exit code they mean. */
export function showDiagnostics(
  diagnostics: readonly Diagnostic[],
  view: { readonly terminal: Terminal; readonly format: DiagnosticsFormat; readonly root?: string },
): ExitCode {
  const { terminal, format } = view
  const exitCode = hasError(diagnostics) ? ExitCode.definitionsInvalid : ExitCode.ok
  if (format === 'json') terminal.result(diagnosticsJson(diagnostics, exitCode))
  else if (format === 'sarif') terminal.result(diagnosticsSarif(diagnostics))
  else if (format === 'github') terminal.result(diagnosticsGithub(diagnostics))
  else if (diagnostics.length > 0)
    terminal.talk(diagnosticsText(diagnostics, terminal.talkPalette, sourceOf(view.root)))
  return exitCode
}
