import { toDotted } from '../../model/json-pointer.js'
import type { BlamedField, BlamedFlow } from '../../plan/blame.js'
import { formatTime, formatValue, padEnd, printable } from '../../text/text.js'
import type { Palette } from '../palette.js'
import { placeNotes } from '../plan/fields.js'
import { modeName } from '../plan/summary.js'
import { sourceText } from './source.js'

/** The fields of a flow by what last changed them, latest first. Ends with a line feed. */
export function blameText(flow: BlamedFlow, palette: Palette): string {
  const { key, environment, livemode, version, conflict, source, fields } = flow
  const versions = [...new Set(fields.map(({ changed }) => changed.version))].sort((a, b) => b - a)
  const place = source === null ? 'without a definition' : `${source.file}:${source.line}`
  const title = `Blame of ${printable(key)} in ${printable(environment)} (${modeName(livemode)})`
  const head = `${palette.bold(title)}  version ${version}  ${palette.dim(printable(place))}`
  const width = Math.min(42, Math.max(...fields.map(({ path }) => toDotted(path).length)))
  const groups = versions.map((one) => {
    const own = fields.filter(({ changed }) => changed.version === one)
    return [
      ...own.slice(0, 1).map((field) => causeText(field, palette)),
      ...own.map((field) => fieldText(field, width, palette)),
    ]
  })
  const told =
    conflict === null ? [] : [`${palette.red(printable(conflict.message))}\nhint: ${printable(conflict.hint)}`]
  return `${[head, ...told, ...groups.map((lines) => lines.join('\n'))].join('\n\n')}\n`
}

function causeText({ changed, deployment }: BlamedField, palette: Palette): string {
  const by = `by ${printable(changed.actor ?? 'someone')}, ${formatTime(changed.created)}`
  const version = palette.dim(`(version ${changed.version})`)
  if (deployment === null) {
    const what = changed.action === 'create' ? 'created' : 'edited'
    return `${palette.cyan(`${what} outside git`)} ${by}  ${version}`
  }
  return `${palette.yellow(printable(deployment.id))} ${by}, ${sourceText(deployment.source)}  ${version}`
}

function fieldText(field: BlamedField, width: number, palette: Palette): string {
  const notes = [
    ...placeNotes(field),
    ...(field.defined === undefined ? [] : [`git says ${formatValue(field.defined)}`]),
  ]
  const name = padEnd(printable(toDotted(field.path)), width)
  return `    ${name}  ${formatValue(field.value)}${notes.length === 0 ? '' : palette.dim(`  # ${notes.join(', ')}`)}`
}
