import { toDotted } from '../../model/json-pointer.js'
import type { AccountFlow, FlowEdit, LooseSessions, WatchedFlow, WatchReport } from '../../stripe/account-flows.js'
import { formatTime, formatValue, padEnd, plural, printable } from '../../text/text.js'
import type { Palette } from '../palette.js'
import { WATCH_WORDS, watchCounts } from './words.js'

/** Which flows an account uses and what they check, for a person at a terminal. Ends with a line feed. */
export function watchText(report: WatchReport, palette: Palette): string {
  const { mode, since, until, sessions, flows, without_flow } = report
  const range = `${formatTime(since)} to ${formatTime(until)}`
  const sections = [
    palette.bold(`Stripe account in ${mode} mode, ${range}: ${plural(sessions, 'session')}`),
    ...flows.map((flow) => flowText(flow, palette)),
    ...(without_flow.length > 0 ? [looseText(without_flow, palette)] : []),
    summaryText(report, palette),
  ]
  return `${sections.join('\n\n')}\n`
}

function flowText(flow: WatchedFlow, palette: Palette): string {
  const { id, definition, status, sessions, last_used } = flow
  const colour = status === 'in_sync' ? palette.green : status === 'not_observed' ? palette.dim : palette.yellow
  const last = last_used === null ? '' : `, the last ${formatTime(last_used)}`
  const head = [
    palette.bold(printable(definition?.key ?? id)),
    colour(WATCH_WORDS[status]),
    `${plural(sessions, 'session')}${last}`,
    ...(definition === null ? [] : [palette.dim(printable(`${id}, ${definition.file}`))]),
  ].join('  ')
  // What a definition says already is not said again.
  const body = status === 'drifted' ? fieldLines(flow, palette) : status === 'in_sync' ? [] : checkLines(flow)
  return [head, ...body, ...flow.edits.flatMap((edit) => editLines(edit, palette))].join('\n')
}

function checkLines({ checks, status }: Pick<AccountFlow, 'checks' | 'status'>): string[] {
  if (checks === null) {
    return status === 'not_observed' ? ['    no session of it shows what it checks'] : []
  }
  const width = Math.max(...checks.map(({ path }) => toDotted(path).length))
  return checks.map(({ path, value }) => `    ${padEnd(printable(toDotted(path)), width)}  ${formatValue(value)}`)
}

function fieldLines({ fields }: WatchedFlow, palette: Palette): string[] {
  const width = Math.max(...fields.map(({ path }) => toDotted(path).length))
  return fields.map((field) => {
    const { path, before, after, file, line } = field
    const place = file === null ? '' : palette.dim(`  # ${printable(file)}:${line}`)
    const values = `git says ${palette.green(formatValue(before))}, Stripe checks ${palette.red(formatValue(after))}`
    return `    ${padEnd(printable(toDotted(path)), width)}  ${values}${place}`
  })
}

function editLines({ after, before, fields }: FlowEdit, palette: Palette): string[] {
  const width = Math.max(...fields.map(({ path }) => toDotted(path).length))
  return [
    palette.cyan(`    edited between ${formatTime(after)} and ${formatTime(before)}`),
    ...fields.map((field) => {
      const values = `${palette.red(formatValue(field.before))} → ${palette.green(formatValue(field.after))}`
      return `        ${padEnd(printable(toDotted(field.path)), width)}  ${values}`
    }),
  ]
}

function looseText(groups: readonly LooseSessions[], palette: Palette): string {
  const texts = groups.map(({ checks, sessions, last_used }) => {
    const what = checks?.map(({ path, value }) => `${printable(toDotted(path))} ${formatValue(value)}`).join(', ')
    return `    ${plural(sessions, 'session')}, the last ${formatTime(last_used)}: ${what ?? 'other checks'}`
  })
  return [palette.bold('Sessions without a flow'), ...texts].join('\n')
}

function summaryText(report: WatchReport, palette: Palette): string {
  const { flows, environment } = report
  const of = (status: AccountFlow['status']) => flows.filter((flow) => flow.status === status).length
  const where = environment === null ? '' : ` --env ${printable(environment)}`
  const ways = [
    ...(of('not_in_git') > 0
      ? [`flows import --from-stripe${where} makes definitions of those that are not in git.`]
      : []),
    ...(of('drifted') > 0
      ? ["Edit the flow in Stripe's Dashboard, or the definition, so that both say the same."]
      : []),
  ]
  return [palette.bold(watchCounts(report)), ...ways.map((way) => palette.dim(way))].join('\n')
}
