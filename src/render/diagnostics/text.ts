import type { Diagnostic } from '../../model/diagnostic.js'
import { plural, printable } from '../../text/text.js'
import { type ExcerptOf, excerpts, place } from '../excerpt.js'
import { type Palette, plain } from '../palette.js'
import { summarise } from './summary.js'

/**
 * Diagnostics for people: place, code, message, the line in question, and how to mend it. `sourceOf` returns the text
 * of a file, or undefined to show no line of it. Source lines fit into `columns`.
 */
export function diagnosticsText(
  diagnostics: readonly Diagnostic[],
  palette: Palette = plain,
  sourceOf: (file: string) => string | undefined = () => undefined,
  columns?: number,
): string {
  if (diagnostics.length === 0) return ''
  const excerptOf = excerpts(sourceOf, palette, columns)
  const blocks = diagnostics.map((diagnostic) => block(diagnostic, palette, excerptOf).join('\n'))
  const { errors, warnings, files } = summarise(diagnostics)
  const counts = [errors > 0 && plural(errors, 'error'), warnings > 0 && plural(warnings, 'warning')].filter(Boolean)
  return `${blocks.join('\n')}\n\n${counts.join(' and ')} in ${plural(files, 'file')}.\n`
}

function block(diagnostic: Diagnostic, palette: Palette, excerptOf: ExcerptOf): string[] {
  const { at, code, message, hint, severity, related = [] } = diagnostic
  const colour = severity === 'error' ? palette.red : palette.yellow
  return [
    `${palette.bold(place(at))} ${colour(code)} ${printable(message)}`,
    ...excerptOf(at, colour),
    ...related.map((other) => `  ${palette.dim(`see ${place(other)}`)}`),
    ...(hint === undefined ? [] : [`  ${palette.cyan('hint:')} ${printable(hint)}`]),
  ]
}
