import { toDotted } from '../../model/json-pointer.js'
import type { DeployedEdit } from '../../model/schema-types.js'
import { formatTime, formatValue, plural, printable } from '../../text/text.js'
import { code } from '../markup.js'
import type { Palette } from '../palette.js'

const BOXES: Readonly<Record<DeployedEdit['status'], string>> = { open: '[ ]', made: '[x]', superseded: '[-]' }

/** What is to be edited in Stripe's Dashboard, and what became of that: a line for each field. */
export function editLines(edits: readonly DeployedEdit[], palette: Palette): string[] {
  return edits.map((edit) => {
    const { key, path, observed, defined } = edit
    const values = `${formatValue(observed)} → ${formatValue(defined)}`
    return `    ${BOXES[edit.status]} ${printable(key)}  ${toDotted(path)}: ${values}${palette.dim(`  # ${fateOf(edit)}`)}`
  })
}

/** The same as lines of a list in Markdown. */
export function editMarkdown(edits: readonly DeployedEdit[]): string[] {
  return edits.map((edit) => {
    const { key, path, observed, defined } = edit
    const values = `${code(formatValue(observed))} → ${code(formatValue(defined))}`
    return `- ${BOXES[edit.status]} ${code(key)} ${code(toDotted(path))}: ${values}, ${fateOf(edit)}`
  })
}

/** "2 edits open at Stripe"; "" if there are none. */
export function editsOpenText(open: number | undefined): string {
  return open === undefined ? '' : `${plural(open, 'edit')} open at Stripe`
}

function fateOf({ status, session, seen, made_in, made, superseded_by }: DeployedEdit): string {
  if (status === 'made') return `made: seen in ${printable(made_in ?? '')} of ${formatTime(made ?? 0)}`
  if (status === 'superseded') return `superseded by ${printable(superseded_by ?? '')}`
  return `open: seen in ${printable(session)} of ${formatTime(seen)}`
}
