import { toDotted } from '../../model/json-pointer.js'
import type { DriftedFlow, DriftField, DriftReport } from '../../plan/drift.js'
import { formatValue, padEnd, plural, printable } from '../../text/text.js'
import { editLines } from '../history/edits.js'
import type { Palette } from '../palette.js'
import { boundText, checklistText } from '../plan/bound.js'
import { placeNotes } from '../plan/fields.js'
import { modeName } from '../plan/summary.js'
import { leftLines, leftSentence } from './left.js'
import { definedNote, driftSummary, effectsOf, kindText, whoText } from './words.js'

/** What was edited outside git, for a person at a terminal. Ends with a line feed. */
export function driftText(report: DriftReport, palette: Palette): string {
  const bound = boundText(report.bound ?? [], palette)
  const checklist = checklistText(report)
  const atStripe = [bound, checklist, madeText(report, palette)].filter((one) => one !== '')
  if (report.flows.length === 0) return `${[...atStripe, driftSummary(report)].join('\n\n')}\n`
  const { project, environment, livemode } = report
  const sections = [
    palette.bold(`Drift of ${project} in ${environment} (${modeName(livemode)})`),
    ...report.flows.map((flow) => flowText(flow, palette)),
    ...atStripe,
    palette.bold(driftSummary(report)),
    palette.dim(waysText(report)),
  ]
  return `${sections.join('\n\n')}\n`
}

/** The edits at Stripe that were made since the last deployment; "" if there are none. */
function madeText({ edits = [] }: DriftReport, palette: Palette): string {
  const made = edits.filter(({ status }) => status === 'made')
  return made.length === 0 ? '' : ['Made at Stripe since the last deployment:', ...editLines(made, palette)].join('\n')
}

/** One line if the same is true for every flow, else which flows it is true for. */
function waysText({ flows }: DriftReport): string {
  const pulled = flows.filter(({ left }) => left === null)
  const way = leftSentence(null)
  if (pulled.length === flows.length) return `${way}.`
  const lines = leftLines(flows)
  const first = pulled.length === 0 ? [] : [`${pulled.map(({ key }) => printable(key)).join(', ')}: ${way}`]
  return [...first, ...lines].join('\n')
}

function flowText(flow: DriftedFlow, palette: Palette): string {
  const { key, source, sessions_last_30_days: sessions, kind, fields } = flow
  const effects = [...effectsOf(flow), ...(sessions > 0 ? [`${plural(sessions, 'session')} in 30 days`] : [])]
  const place = source === null ? [] : [palette.dim(printable(`${source.file}:${source.line}`))]
  const head = [
    palette.bold(printable(key)),
    palette.cyan(kindText(flow)),
    ...(effects.length > 0 ? [palette.yellow(`(${effects.join(', ')})`)] : []),
    ...place,
  ].join('  ')
  const width = Math.min(42, Math.max(0, ...fields.map(({ path }) => toDotted(path).length)))
  const lines = fields.map((field) => fieldText(flow, field, width, palette))
  return [head, ...(kind === 'created' ? [palette.dim(`    by ${whoText(flow)}`)] : []), ...lines].join('\n')
}

function fieldText(flow: DriftedFlow, field: DriftField, width: number, palette: Palette): string {
  const name = padEnd(printable(toDotted(field.path)), width)
  const values =
    flow.kind === 'created'
      ? `${formatValue(field.observed)}, git says ${formatValue(field.defined)}`
      : `${palette.red(formatValue(field.applied))} → ${palette.green(formatValue(field.observed))}`
  const notes = [
    ...placeNotes(field),
    ...(flow.kind === 'created' ? [] : [whoText(field), ...definedNote(field, flow)]),
  ]
  return `    ${name}  ${values}${notes.length === 0 ? '' : palette.dim(`  # ${notes.join(', ')}`)}`
}
