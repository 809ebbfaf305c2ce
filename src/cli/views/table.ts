import { padEnd, printable, visibleWidth } from '../../render/text.js'
import type { Terminal } from '../terminal.js'

/**
 * Rows as aligned columns under a heading; no lines, so that `awk` and `cut` can read it too. On a terminal that is too
 * narrow for that every row is a block: the first cell, and below it the others with their names.
 */
export function tableText(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  terminal: Pick<Terminal, 'palette' | 'columns'>,
): string {
  const cells = [heading, ...rows.map((row) => row.map(printable))]
  const widths = heading.map((_, column) => Math.max(...cells.map((row) => visibleWidth(row[column] ?? ''))))
  const width = widths.reduce((sum, one) => sum + one + 2, -2)
  if (width > (terminal.columns ?? width)) return blocksText(heading, cells.slice(1), terminal)
  const lines = cells.map((row) =>
    row
      .map((cell, column) => padEnd(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.map((line, index) => (index === 0 ? terminal.palette.dim(line) : line)).join('\n')}\n`
}

function blocksText(
  [, ...names]: readonly string[],
  rows: readonly (readonly string[])[],
  { palette }: Pick<Terminal, 'palette'>,
): string {
  const width = Math.max(...names.map(visibleWidth))
  const blocks = rows.map(([first = '', ...cells]) => {
    const lines = cells.map((cell, index) => `  ${palette.dim(padEnd(names[index] ?? '', width))}  ${cell}`)
    return [palette.bold(first), ...lines].join('\n')
  })
  return `${blocks.join('\n\n')}\n`
}
