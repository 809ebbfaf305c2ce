import type { Change } from '../../model/plan.js'
import type { Difference } from '../../plan/approved.js'
import { printable } from '../../text/text.js'
import type { Palette } from '../palette.js'
import { changeText } from './text.js'

/** For each flow that differs, the approved change above today's or the defined one, to fit narrow terminals. */
export function differencesText(
  differences: readonly Difference[],
  palette: Palette,
  now: 'today' | 'defined' = 'today',
): string {
  const parts = differences.map(({ key, approved, today, conflict }) =>
    [
      palette.bold(printable(key)),
      side('approved', approved, 'no change', palette),
      side(now, today, conflict === null ? 'no change' : printable(conflict), palette),
    ].join('\n'),
  )
  return `${parts.join('\n\n')}\n`
}

function side(name: string, change: Change | null, otherwise: string, palette: Palette): string {
  const text = change === null ? palette.dim(otherwise) : changeText(change, palette)
  return text
    .split('\n')
    .map((line, index) => `  ${index === 0 ? name.padEnd(8) : '        '}  ${line}`)
    .join('\n')
}
