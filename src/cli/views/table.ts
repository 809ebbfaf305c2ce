import type { Palette } from '../../render/palette.js'
import { padEnd, printable, visibleWidth } from '../../text/text.js'
import type { Terminal } from '../program/terminal.js'

/**
 * Rows as aligned columns under a heading; without lines, so that `awk` and `cut` can read it too. On a narrow
 * terminal, every row takes several lines: the first cell, and below it the other cells with their names.
 */
export function tableText(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  terminal: Pick<Terminal, 'palette' | 'columns'>,
): string {
  const cells = [heading, ...rows.map((row) => row.map(printable))]
  const widths = heading.map((_, column) => Math.max(...cells.map((row) => visibleWidth(row[column] ?? ''))))
  const width = widths.reduce((sum, one) => sum + one + 2, -2)
  if (width > (terminal.columns ?? width))
    return blocksText(heading, cells.slice(1), terminal.palette, terminal.columns ?? width)
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
  palette: Palette,
  columns: number,
): string {
  const blocks = rows.map(([first = '', ...cells]) => {
    const lines = ['']
    for (const [index, cell] of cells.entries()) {
      const named = `  ${palette.dim(names[index] ?? '')} ${cell}`
      const longer = lines.at(-1) + named
      if (visibleWidth(longer) <= columns) lines[lines.length - 1] = longer
      else lines.push(named)
    }
    return [palette.bold(first), ...lines.filter((line) => line !== '')].join('\n')
  })
  return `${blocks.join('\n')}\n`
}
