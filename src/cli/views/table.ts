import type { Palette } from '../../render/palette.js'
import { padEnd, printable, visibleWidth } from '../../render/text.js'

/** Rows as aligned columns under a heading; no lines, so that `awk` and `cut` can read it too. */
export function tableText(heading: readonly string[], rows: readonly (readonly string[])[], palette: Palette): string {
  const cells = [heading, ...rows.map((row) => row.map(printable))]
  const widths = heading.map((_, column) => Math.max(...cells.map((row) => visibleWidth(row[column] ?? ''))))
  const lines = cells.map((row) =>
    row
      .map((cell, column) => padEnd(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.map((line, index) => (index === 0 ? palette.dim(line) : line)).join('\n')}\n`
}
