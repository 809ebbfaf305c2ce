import type { Diagnostic } from '../../model/diagnostic.js'
import { printable } from '../text.js'

/**
 * Workflow commands of GitHub Actions: each becomes an annotation on the changed line. `folder` is the way from the
 * repository's root to the configuration file's folder, for GitHub takes paths from there.
 */
export function diagnosticsGithub(diagnostics: readonly Diagnostic[], folder = ''): string {
  return diagnostics.map((diagnostic) => annotation(diagnostic, folder)).join('')
}

function annotation({ severity, code, message, hint, at }: Diagnostic, folder: string): string {
  const properties = {
    file: folder === '' ? at.file : `${folder.replace(/\/$/, '')}/${at.file}`,
    line: String(at.line),
    col: String(at.column),
    title: code,
  }
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(printable(value))}`)
  const text = [message, ...(hint === undefined ? [] : [`hint: ${hint}`])].map(printable).join('\n')
  return `::${severity} ${list.join(',')}::${escapeData(text)}\n`
}

// The rules of @actions/core: a percent sign first, or the escapes themselves would be escaped.
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
