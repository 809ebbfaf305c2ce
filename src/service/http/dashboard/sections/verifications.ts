import { sha256 } from '../../../../model/canonical.js'
import { emailDigest } from '../../../../model/email-address.js'
import { looksLikeFlowId } from '../../../../model/flow.js'
import type { ReportChecks, VerificationSession } from '../../../../model/resources.js'
import { choicesOf } from '../../../../verifier/hosted-page.js'
import { ApiError } from '../../../api-error.js'
import type { Frame } from '../../../dashboard/frame.js'
import {
  isValueName,
  offeredValues,
  type ValueName,
  valueIn,
} from '../../../dashboard/verifications/sensitive-values.js'
import { verificationPage } from '../../../dashboard/verifications/verification-page.js'
import { verificationsPage } from '../../../dashboard/verifications/verifications-page.js'
import type { ReadCall } from '../../../operations/calls/call.js'
import { isNamedOnly } from '../../../operations/calls/expand.js'
import { audit } from '../../../operations/people/audit.js'
import { submitSession } from '../../../operations/sessions/attempts.js'
import { redactSession } from '../../../operations/sessions/redaction.js'
import { hasResult } from '../../../operations/sessions/review/has-result.js'
import { REVIEWED_STATUSES, reviewSession } from '../../../operations/sessions/review/review-session.js'
import { cancelSession, listSessions, retrieveSession } from '../../../operations/sessions/sessions.js'
import type { Page } from '../../../pages/page.js'
import { qrCode } from '../qr-code.js'
import { filterIn, NONE, narrowed, thereIsNo } from '../rows/filters.js'
import { type FormRow, refuseUnsure, text } from '../rows/form-row.js'
import { nameOf, type PageRow, type Read } from '../rows/page-row.js'
import { pagingOf, placeOf } from '../rows/paging.js'
import { sessionFilterIn, sessionParams } from '../rows/session-filter.js'

export const VERIFICATIONS_PAGES: readonly PageRow[] = [
  {
    path: '/verifications',
    needs: { scope: 'sessions:read' },
    async show(read, asked, frame) {
      const { id, flow, reference } = filterIn(asked, 'id', 'flow', 'reference')
      // These may say who somebody is.
      const isPersonal = frame.may('reports:read')
      if (isPersonal && reference !== '') {
        const { reference: _, ...query } = asked.query
        return { to: ['verifications'], query: { ...query, reference_digest: sha256(reference) } }
      }
      const ofPerson = filterIn(isPersonal ? asked : { query: {} }, 'country', 'reference_digest', 'email_digest')
      // A version is one of a flow.
      const filter = { flow, ...sessionFilterIn(asked), ...(flow === '' && { version: '' }), ...ofPerson }
      const { country, reference_digest, email_digest } = ofPerson
      const asksFor = sessionParams(filter)
      const params = {
        ...placeOf(asked),
        ...asksFor.params,
        ...(flow !== '' && { verification_flow: flow }),
        ...(reference_digest !== '' && { reference_digest }),
        ...(email_digest !== '' && { email_digest }),
        ...(country !== '' && { country: country.toUpperCase() }),
      }
      const missing = { verification_flow: thereIsNo('flow', flow), session: thereIsNo('verification', id) }
      const { list, faults } = await narrowed(asksFor.faults, missing, {
        list: async () =>
          id === ''
            ? await read((call) => listSessions(call, params))
            : { has_more: false, data: [await read((call) => retrieveSession(call, id))] },
        empty: NONE,
      })
      return verificationsPage(frame, {
        sessions: list.data,
        flowNames: await read((call) => flowNames(call, list.data)),
        reports: isPersonal ? await read((call) => reportsOf(call, list.data)) : new Map(),
        filter,
        faults,
        paging: pagingOf(asked, list),
      })
    },
  },
  {
    path: '/verifications/:session',
    needs: { scope: 'sessions:read' },
    show: (read, { names }, frame) => verification(read, frame, nameOf(names, 'session')),
  },
]

/** What the address of the list keeps when a person is looked for in it: what narrows it, and whether it is live. */
const KEPT = ['flow', 'version', 'status', 'country', 'since', 'until', 'reference_digest', 'email_digest', 'live']

export const VERIFICATIONS_FORMS: readonly FormRow[] = [
  {
    // What may name a person is sent in a form: the address of a page is kept by browsers, proxies and logs.
    path: '/verifications',
    needs: { scope: 'reports:read' },
    async act(_write, _names, fields) {
      const [reference, address] = [text(fields.reference).trim(), text(fields.email).trim()]
      const query = {
        ...Object.fromEntries(KEPT.map((name) => [name, text(fields[name])])),
        ...(reference !== '' && { reference_digest: sha256(reference) }),
        ...(address !== '' && { email_digest: emailDigest(address) }),
      }
      return { to: ['verifications'], query }
    },
  },
  {
    path: '/verifications/:session',
    needs: { scope: 'reports:read' },
    async act(write, { session = '' }, fields, { read, frame }) {
      const name = text(fields.value)
      if (!isValueName(name)) throw new ApiError(400, { message: 'The form does not say what to show.' })
      // Refuses what is not offered, so that nothing is recorded that nobody saw.
      const page = await verification(read, frame, session, name)
      await write((call) => audit(call, { action: 'session.value_shown', object: session, detail: name }))
      return page
    },
  },
  {
    path: '/verifications/:session/review',
    needs: { scope: 'sessions:write' },
    async act(write, { session = '' }, fields) {
      const status = REVIEWED_STATUSES.find((one) => one === text(fields.status))
      const reason = text(fields.reason).replaceAll('\r\n', '\n')
      await write((call) => reviewSession(call, session, { status, reason }))
      return { to: ['verifications', session], notice: 'reviewed' }
    },
  },
  {
    path: '/verifications/:session/submit',
    needs: { scope: 'sessions:write', testOnly: true },
    async act(write, { session = '' }, fields) {
      await write((call) => submitSession(call, session, { outcome: text(fields.outcome) }))
      return { to: ['verifications', session], notice: 'submitted' }
    },
  },
  {
    path: '/verifications/:session/cancel',
    needs: { scope: 'sessions:write' },
    async act(write, { session = '' }, fields) {
      refuseUnsure(fields)
      await write((call) => cancelSession(call, session))
      return { to: ['verifications', session], notice: 'canceled' }
    },
  },
  {
    path: '/verifications/:session/redact',
    needs: { scope: 'sessions:write' },
    isGrave: true,
    async act(write, { session = '' }, fields) {
      refuseUnsure(fields)
      await write((call) => redactSession(call, session))
      return { to: ['verifications', session], notice: 'redacted' }
    },
  },
]

/** The page of a verification, with one of the values that are hidden otherwise. */
async function verification(read: Read, frame: Frame, id: string, name?: ValueName): Promise<Page> {
  // Who verifies may keep the report, so this asks as the API does.
  const expand = frame.may('reports:read') ? [REPORT] : []
  if (name !== undefined && isNamedOnly(name)) expand.push(`${REPORT}.${name}`)
  const session = await read((call) => retrieveSession(call, id, new Set(expand)))
  const flow = session.verification_flow
  const rest = await read(async (call) => {
    const found = await call.tx.sessions.byId(call.livemode, session.id)
    const page = found?.remote === null ? call.verifiers.pageOf(call.livemode) : undefined
    return {
      flowName: flow === undefined ? null : ((await call.tx.flows.byId(call.livemode, flow))?.config.name ?? null),
      events: await call.tx.events.ofObject(session.id),
      reviews: await call.tx.reviews.ofSession(session.id),
      verifier: found?.remote?.verifier ?? null,
      outcomes: !call.livemode && page && found ? choicesOf(page.form(found)) : [],
    }
  })
  const last = session.last_verification_report
  const report = typeof last === 'object' ? last : null
  const offered = offeredValues(session, report, isNamedOnly)
  if (name !== undefined && !offered.includes(name)) throw new ApiError(400, { message: 'There is no such value.' })
  const values = {
    offered,
    shown: name === undefined ? null : { name, text: valueIn(session, report, name) },
  }
  const isResult = report !== null && hasResult(session, report)
  const page = frame.may('sessions:write') ? session.url : null
  const code = page === null ? null : qrCode(page)
  return verificationPage(frame, { session, report, values, hasResult: isResult, qrCode: code, ...rest })
}

const REPORT = 'last_verification_report'

/** The newest report of each session, by its id. A verifier elsewhere may keep the rest of it, not the status of checks. */
async function reportsOf(
  { tx, livemode }: ReadCall,
  sessions: readonly VerificationSession[],
): Promise<ReadonlyMap<string, ReportChecks>> {
  const ids = sessions.flatMap(({ last_verification_report: last }) => (typeof last === 'string' ? [last] : []))
  const reports = ids.length === 0 ? [] : await tx.reports.byIds(livemode, ids)
  return new Map(reports.map(({ session, checks }) => [session, checks]))
}

async function flowNames(
  { tx, livemode }: ReadCall,
  sessions: readonly { readonly verification_flow?: string | undefined }[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(sessions.flatMap(({ verification_flow: flow }) => (flow === undefined ? [] : [flow])))]
  const flows = ids.length === 0 ? [] : await tx.flows.byIdsOrKeys(livemode, ids.filter(looksLikeFlowId), [])
  return new Map(flows.map(({ id, config }) => [id, config.name]))
}
