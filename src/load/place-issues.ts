import type { Diagnostic, Issue, SourcePosition } from '../model/diagnostic.js'
import type { SourceMap } from './source-map.js'

/** Gives issues their places. Two issues with the same code at the same place are one fault, seen twice. */
export function placeIssues(file: string, issues: readonly Issue[], source: SourceMap | undefined): Diagnostic[] {
  const placed = new Map<string, Diagnostic>()
  for (const issue of issues) {
    const { code, message, hint } = issue
    const at = positionOf(file, issue, source)
    const identity = `${code} ${at.line}:${at.column}`
    if (!placed.has(identity)) {
      placed.set(identity, { severity: 'error', code, message, ...(hint !== undefined && { hint }), at })
    }
  }
  return [...placed.values()]
}

/** Without a source, or for the whole file (the empty pointer as a key): the start of the file. */
export function positionOf(
  file: string,
  { pointer, part }: Pick<Issue, 'pointer' | 'part'>,
  source: SourceMap | undefined,
): SourcePosition {
  if (source === undefined || (pointer === '' && part === 'key')) return { file, line: 1, column: 1 }
  return { file, ...((part === 'key' ? source.key(pointer) : undefined) ?? source.value(pointer)) }
}
