import { toDotted } from '../../model/json-pointer.js'
import type { DriftedFlow, DriftField, DriftReport } from '../../plan/drift.js'
import { formatValue, plural } from '../../text/text.js'
import { editMarkdown } from '../history/edits.js'
import { code, escapeMarkup } from '../markup.js'
import { boundMarkdown } from '../plan/bound.js'
import { modeName } from '../plan/summary.js'
import { definedNote, driftSummary, effectsOf, kindText, whoText } from './words.js'

/** The limit of a job summary, and of the text of an issue or a pull request. */
const MOST_CHARACTERS = 60_000

/** Of the edits at Stripe. */
const MOST_EDITS = 40

/** What was edited outside git, as tables in GitHub's dialect. What does not fit is counted. */
export function driftMarkdown(report: DriftReport): string {
  const { project, environment, livemode } = report
  const title = `### Drift: ${code(project)} in ${code(environment)} (${modeName(livemode)})`
  const head = `${title}\n\n${report.flows.length === 0 ? '' : '**'}${driftSummary(report)}${report.flows.length === 0 ? '' : '**'}\n`
  let text = [head, ...[...boundMarkdown(report), ...madeMarkdown(report)].map((one) => `\n${one}\n`)].join('')
  for (const [index, flow] of report.flows.entries()) {
    const section = `\n${flowSection(flow)}`
    if (text.length + section.length > MOST_CHARACTERS) {
      return `${text}\n${plural(report.flows.length - index, 'more flow')}: see ${code('flows drift')}.\n`
    }
    text += section
  }
  return text
}

function madeMarkdown({ edits = [] }: DriftReport): string[] {
  const made = edits.filter(({ status }) => status === 'made')
  if (made.length === 0) return []
  return [['Made at Stripe since the last deployment:', '', ...editMarkdown(made.slice(0, MOST_EDITS))].join('\n')]
}

function flowSection(flow: DriftedFlow): string {
  const { key, source, fields } = flow
  const place = source === null ? '' : ` ${code(`${source.file}:${source.line}`)}`
  const effects = effectsOf(flow)
  const what = [kindText(flow), ...effects].map(escapeMarkup).join(', ')
  const head = `#### ${code(key)} ${what}${place}\n`
  if (fields.length === 0) return `${head}\nBy ${escapeMarkup(whoText(flow))}.\n`
  const rows = fields.map((field) => `| ${cells(flow, field).join(' | ')} |`)
  return `${head}\n| Field | Deployed | Now | Edited by | |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`
}

function cells(flow: DriftedFlow, field: DriftField): string[] {
  return [
    code(toDotted(field.path)),
    flow.kind === 'created' ? '' : code(formatValue(field.applied)),
    code(formatValue(field.observed)),
    escapeMarkup(whoText(field)),
    escapeMarkup(definedNote(field, flow).join()),
  ]
}
