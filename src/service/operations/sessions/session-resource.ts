import type { SessionOptions, VerificationSession, VerifiedOutputs } from '../../../model/resources.js'
import type { ReportRecord } from '../../../store/reports.js'
import type { SessionRecord } from '../../../store/sessions.js'
import type { ReadTransaction } from '../../../store/store.js'
import type { SessionResults } from '../../../verifier/verifier.js'
import type { Call } from '../calls/call.js'
import { checkExpand, type Expand, SENSITIVE, type Shown, withoutSensitive } from '../calls/expand.js'
import { may } from '../calls/principal.js'
import { type Fetched, isElsewhere, NOTHING_FETCHED } from './remote/results.js'
import { toFarReport, toReport } from './reports.js'
import { type TokenMaker, tokenMaker } from './session-tokens.js'

type Asking = Call<ReadTransaction>
type Asked = Pick<Shown, 'expand' | 'isList'>

/** Sessions as the API shows them, with the requested expansions, and new links for callers that may write them. */
export async function sessionResources(
  call: Asking,
  sessions: readonly SessionRecord[],
  expand: Expand,
  fetched: Fetched<SessionResults> = NOTHING_FETCHED,
): Promise<VerificationSession[]> {
  checkExpand(call, expand)
  const shown = await shownWith(call, sessions, expand, fetched)
  return sessions.map((session) => sessionResource(call, session, { expand, isList: true }, shown))
}

export async function oneSessionResource(
  call: Asking,
  session: SessionRecord,
  expand: Expand,
  fetched: Fetched<SessionResults> = NOTHING_FETCHED,
): Promise<VerificationSession> {
  checkExpand(call, expand)
  return sessionResource(call, session, { expand, isList: false }, await shownWith(call, [session], expand, fetched))
}

/** What sessions are shown with. */
async function shownWith(
  call: Asking,
  sessions: readonly SessionRecord[],
  expand: Expand,
  fetched: Fetched<SessionResults>,
): Promise<Surroundings> {
  // A link or secret lets its holder act as the person, so even an answer to a read shows it to writers only.
  const isOpened = may(call.principal, 'sessions:write') && sessions.some(isOpen)
  return {
    reports: await expandedReports(call, sessions, expand),
    fetched,
    tokens: isOpened ? await tokenMaker(call) : undefined,
  }
}

/** The session as events show it: without links, secrets and verified data. */
export function sessionSnapshot(session: SessionRecord): VerificationSession {
  return {
    ...session.given,
    id: session.id,
    object: 'identity.verification_session',
    client_reference_id: session.client_reference_id,
    client_secret: null,
    created: session.created,
    last_error: session.last_error,
    last_verification_report: session.last_report,
    livemode: session.livemode,
    metadata: session.metadata,
    options: shownOptions(session),
    provided_details: session.provided_details,
    redaction: session.redaction === null ? null : { status: session.redaction },
    related_customer: session.related_customer,
    related_customer_account: session.related_customer_account,
    status: session.status,
    type: session.type,
    url: null,
    ...(session.flow !== null && { verification_flow: session.flow }),
    ...(session.flow_version !== null && { verification_flow_version: session.flow_version }),
  }
}

/** As at Stripe: options that follow from the type alone are left out. */
function shownOptions({ type, options }: SessionRecord): SessionOptions {
  if (type === 'verification_flow') return options
  const { document = {} } = options
  return Object.keys(document).length === 0 ? {} : { document }
}

/** Whether the person may still do something. */
function isOpen({ status, redaction }: SessionRecord): boolean {
  return status === 'requires_input' && redaction === null
}

function sessionResource(
  call: Asking,
  session: SessionRecord,
  asked: Asked,
  { reports, fetched, tokens }: Surroundings,
): VerificationSession {
  const report = reports.get(session.last_report ?? '')
  const isFar = isElsewhere(call, session, asked.expand)
  const results = fetched.get(session.id)
  return {
    ...sessionSnapshot(session),
    ...(tokens !== undefined && isOpen(session) && entrance(call, session, tokens)),
    ...(isFar
      ? results && farMembers(call, { session, report, results }, asked)
      : nearMembers(call, { session, report }, asked)),
  }
}

interface Surroundings {
  readonly reports: ReadonlyMap<string, ReportRecord>
  /** What verifiers keep. Without it the answer to a write lacks these members, so that none of them is stored. */
  readonly fetched: Fetched<SessionResults>
  /** Undefined where no link or secret is shown. */
  readonly tokens: TokenMaker | undefined
}

interface Results {
  readonly session: SessionRecord
  readonly report: ReportRecord | undefined
}

/** What `expand` names, as it is stored here. */
function nearMembers(call: Asking, { session, report }: Results, asked: Asked): Partial<VerificationSession> {
  return {
    ...(report && { last_verification_report: toReport(call, report, { ...asked, path: LAST_REPORT }) }),
    ...(asked.expand.has('verified_outputs') && {
      verified_outputs: shownOutputs(call, session, session.verified_outputs, asked),
    }),
  }
}

/** What `expand` names, as the verifier has it. */
function farMembers(
  call: Asking,
  { session, report, results }: Results & { readonly results: SessionResults },
  asked: Asked,
): Partial<VerificationSession> {
  const { last_verification_report: theirs, verified_outputs } = results
  const shown = { ...asked, path: LAST_REPORT }
  return {
    ...(theirs != null && report && { last_verification_report: toFarReport(call, report, theirs, shown) }),
    ...(asked.expand.has('verified_outputs') && {
      verified_outputs: shownOutputs(call, session, verified_outputs ?? null, asked),
    }),
  }
}

const LAST_REPORT = 'last_verification_report'

/** The link and secret for the person. A remote verifier's are null before it opens the session, and once expired. */
function entrance(
  { publicUrl, now }: Asking,
  session: SessionRecord,
  tokens: TokenMaker,
): Pick<VerificationSession, 'client_secret' | 'url'> {
  const { remote } = session
  if (remote === null) {
    // No address without one of the service.
    const url = publicUrl === null ? null : `${publicUrl}/verify/${tokens.url(session)}`
    return { client_secret: tokens.clientSecret(session), url }
  }
  const isAlive = remote.expires !== null && remote.expires > now
  return isAlive ? { client_secret: remote.client_secret, url: remote.url } : { client_secret: null, url: null }
}

async function expandedReports(
  { tx, livemode }: Asking,
  sessions: readonly SessionRecord[],
  expand: Expand,
): Promise<ReadonlyMap<string, ReportRecord>> {
  if (!expand.has('last_verification_report')) return new Map()
  const ids = sessions.map(({ last_report }) => last_report).filter((id) => id !== null)
  return new Map((await tx.reports.byIds(livemode, ids)).map((report) => [report.id, report]))
}

function shownOutputs(
  call: Asking,
  { verified_at, created }: SessionRecord,
  outputs: VerifiedOutputs | null,
  asked: Asked,
): VerifiedOutputs | null {
  if (outputs === null) return null
  const where = { path: 'verified_outputs', ...asked, created: verified_at ?? created }
  return withoutSensitive(call, outputs, SENSITIVE.verified_outputs, where)
}
