import { toDotted } from '../../model/json-pointer.js'
import type { VerificationSession } from '../../model/resources.js'
import type { RemoteReader } from '../../remote/remote.js'
import type { Palette } from '../../render/palette.js'
import { formatTime, padEnd, printable } from '../../text/text.js'
import type { Terminal } from '../program/terminal.js'
import { tableText } from './table.js'

/** The keys of flows by id: a session knows its flow by id, people know it by key. */
export type FlowKeys = ReadonlyMap<string, string>

/** The keys of the sessions' flows. Leaves out flows that it may not read, or that bring no answer. */
export async function flowKeysOf(reader: RemoteReader, sessions: readonly VerificationSession[]): Promise<FlowKeys> {
  const ids = [...new Set(sessions.flatMap(({ verification_flow }) => verification_flow ?? []))]
  const found = await Promise.all(ids.map((id) => reader.retrieveFlow(id).catch(() => undefined)))
  return new Map(found.flatMap((flow) => (flow ? [[flow.id, flow.key] as const] : [])))
}

export function sessionsText(sessions: readonly VerificationSession[], keys: FlowKeys, terminal: Terminal): string {
  const heading = ['ID', 'STATUS', 'FLOW', 'FLOW ID', 'VERSION', 'CREATED', 'REFERENCE']
  const rows = sessions.map((session) => [
    session.id,
    session.status,
    keys.get(session.verification_flow ?? '') ?? '-',
    session.verification_flow ?? '-',
    String(session.verification_flow_version ?? '-'),
    formatTime(session.created),
    session.client_reference_id ?? '-',
  ])
  return tableText(heading, rows, terminal)
}

/** Details given in advance are personal: only explicitly requested JSON shows them. */
export function sessionText(session: VerificationSession, keys: FlowKeys, palette: Palette): string {
  // The options do not repeat what the type alone says.
  const asked = { ...(session.type !== 'verification_flow' && { [session.type]: {} }), ...session.options }
  const checks = Object.entries(asked).flatMap(([name, options]) => {
    const on = Object.entries(options ?? {}).filter(([, value]) => value !== false && value !== 'none')
    return on.length === 0 ? [name] : on.map(([option, value]) => `${toDotted(`/${name}/${option}`)}: ${text(value)}`)
  })
  const { last_error, last_verification_report: report } = session
  const rows: (readonly [string, string])[] = [
    ['status', session.status],
    ['flow', flowText(session, keys)],
    ['created', formatTime(session.created)],
    ...(last_error ? [['error', `${last_error.code}: ${last_error.reason}`] as const] : []),
    ...(report ? [['report', typeof report === 'string' ? report : report.id] as const] : []),
    ...(session.url ? [['url', session.url] as const] : []),
    ['reference', session.client_reference_id ?? '-'],
    ...checks.map((check) => ['check', check] as const),
    ...Object.entries(session.metadata).map(([key, value]) => [`metadata.${key}`, value] as const),
  ]
  const width = Math.max(...rows.map(([label]) => label.length))
  const lines = rows.map(([label, value]) => `  ${palette.dim(padEnd(printable(label), width))}  ${printable(value)}`)
  return `${palette.bold(printable(session.id))}\n${lines.join('\n')}\n`
}

function flowText({ verification_flow: id, verification_flow_version: version }: VerificationSession, keys: FlowKeys) {
  if (!id) return '-'
  const key = keys.get(id)
  // A session that Stripe made itself knows no version.
  const of = version === undefined ? '' : ` version ${version}`
  return `${key === undefined ? id : `${key} (${id})`}${of}`
}

function text(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : String(value)
}

/** What to do with a new session. Only a session that a service made has an address for the person. */
export function nextAfterCreate({ id, url, livemode }: VerificationSession): string {
  const lines = [
    ...(livemode || isElsewhere(url) ? [] : [`  flows sessions submit ${printable(id)}    # choose the outcome`]),
    ...(url ? [] : ['  flows serve    # whoever asks its API for the session gets the address of its page']),
  ]
  return lines.length === 0 ? '' : `\nNext:\n${lines.join('\n')}\n`
}

/** Whether the person's page is a verifier's own: then nobody chooses the outcome here. */
function isElsewhere(url: string | null): boolean {
  return url !== null && !new URL(url).pathname.startsWith('/verify/')
}

/** Where to read the result of a session. */
export function nextAfterSubmit({ id, last_verification_report: report }: VerificationSession): string {
  const path = report && `/v1/identity/verification_reports/${typeof report === 'string' ? report : report.id}`
  const lines = [
    `  flows sessions show ${printable(id)} --json    # the status, the error and the report's id, for a script`,
    ...(path ? [`  GET ${printable(path)}    # the report, from the API of flows serve`] : []),
  ]
  return `\nNext:\n${lines.join('\n')}\n`
}
