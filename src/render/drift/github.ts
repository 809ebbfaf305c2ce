import { toDotted } from '../../model/json-pointer.js'
import type { DriftedFlow, DriftField, DriftReport } from '../../plan/drift.js'
import { formatValue } from '../../text/text.js'
import { boundPlaces } from '../plan/bound-github.js'
import { fromRepository, workflowCommand } from '../workflow-command.js'
import { definedNote, kindText, whoText } from './words.js'

/** GitHub shows this many annotations of a kind for a step, and silently drops the rest. */
const MOST = 10

/**
 * Annotations on lines of definitions that drift made wrong: one for each field, on the flow's first line if a default
 * sets it; and on those that flows at Stripe do not follow. `folder` is the path from the repository's root to the configuration file's folder.
 */
export function driftGithub(report: DriftReport, folder = ''): string {
  const atStripe = boundPlaces(report.bound).map(({ file, line, title, lines }) =>
    workflowCommand('warning', { file: fromRepository(folder, file), line, title }, lines.join('\n')),
  )
  const all = [...report.flows.flatMap((flow) => annotations(flow, folder)), ...atStripe]
  const shown = all.length > MOST ? all.slice(0, MOST - 1) : all
  const left = all.length - shown.length
  const rest = left > 0 ? [workflowCommand('warning', { title: 'Drift' }, `${left} more: see flows drift`)] : []
  return [...shown, ...rest].join('')
}

function annotations(flow: DriftedFlow, folder: string): string[] {
  const { key, source, fields } = flow
  const title = `Drift of ${key}`
  const place = source === null ? {} : { file: fromRepository(folder, source.file), line: source.line }
  const texts = fields.map((field) => ({ ...field, text: fieldText(flow, field) }))
  if (texts.length === 0)
    return [workflowCommand('warning', { ...place, title }, `${kindText(flow)}: ${whoText(flow)}`)]
  return texts.map(({ line, file, text }) => {
    const own = source === null || line === null ? {} : { line, ...(file && { file: fromRepository(folder, file) }) }
    return workflowCommand('warning', { ...place, ...own, title }, text)
  })
}

function fieldText(flow: DriftedFlow, field: DriftField): string {
  const { path, applied, observed } = field
  const notes = [whoText(field), ...definedNote(field, flow)].join(', ')
  return `${toDotted(path)}: ${formatValue(applied)} → ${formatValue(observed)} (${kindText(flow)}: ${notes})`
}
