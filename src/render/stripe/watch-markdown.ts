import { toDotted } from '../../model/json-pointer.js'
import type { FlowEdit, WatchedFlow, WatchReport } from '../../stripe/account-flows.js'
import { formatTime, formatValue, plural } from '../../text/text.js'
import { code } from '../markup.js'
import { WATCH_WORDS, watchCounts } from './words.js'

/** The limit of a job summary, and of the text of an issue or a pull request. */
const MOST_CHARACTERS = 60_000

/** Which flows an account uses and where git says something else, in GitHub's dialect. What does not fit is counted. */
export function watchMarkdown(report: WatchReport): string {
  const { mode, since, until, sessions, flows, without_flow } = report
  const loose = without_flow.reduce((sum, one) => sum + one.sessions, 0)
  const range = `${formatTime(since)} to ${formatTime(until)}: ${plural(sessions, 'session')}`
  let text = [
    `### Stripe account in ${mode} mode\n`,
    `\n${range}${loose === 0 ? '' : `, ${loose} of them without a flow`}. **${watchCounts(report)}**\n`,
  ].join('')
  for (const [index, flow] of flows.entries()) {
    const section = flowSection(flow)
    if (text.length + section.length > MOST_CHARACTERS) {
      return `${text}\n${plural(flows.length - index, 'more flow')}: see ${code('flows watch stripe')}.\n`
    }
    text += section
  }
  return text
}

function flowSection(flow: WatchedFlow): string {
  const { id, definition, status, sessions, last_used, checks, fields, edits } = flow
  const of = definition === null ? '' : `${code(id)}, ${code(definition.file)}, `
  const last = last_used === null ? '' : `, the last ${formatTime(last_used)}`
  const head = `\n#### ${code(definition?.key ?? id)} ${WATCH_WORDS[status]}\n\n${of}${plural(sessions, 'session')}${last}.\n`
  const rows =
    status === 'drifted'
      ? table(
          ['Field', 'Git says', 'Stripe checks', 'Line'],
          fields.map(({ path, before, after, file, line }) => {
            const place = file === null ? '' : code(`${file}:${line}`)
            return [code(toDotted(path)), code(formatValue(before)), code(formatValue(after)), place]
          }),
        )
      : status === 'not_in_git' && checks !== null
        ? table(
            ['Field', 'Stripe checks'],
            checks.map(({ path, value }) => [code(toDotted(path)), code(formatValue(value))]),
          )
        : ''
  return [head, rows, ...edits.map(editText)].join('')
}

function editText({ after, before, fields }: FlowEdit): string {
  const lines = fields.map((field) => {
    return `- ${code(toDotted(field.path))}: ${code(formatValue(field.before))} → ${code(formatValue(field.after))}`
  })
  return `\nEdited between ${formatTime(after)} and ${formatTime(before)}:\n\n${lines.join('\n')}\n`
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return `\n${[line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('\n')}\n`
}
