import type { ReportChecks, SessionError, VerificationSession, VerifiedOutputs } from '../../../../model/resources.js'
import type { ReviewedStatus } from '../../../../store/people/reviews.js'
import type { SessionRecord } from '../../../../store/sessions.js'
import { ApiError, invalid, missing } from '../../../api-error.js'
import { authorise } from '../../calls/authorise.js'
import type { WriteCall } from '../../calls/call.js'
import { type Expand, NOTHING } from '../../calls/expand.js'
import { actorOf } from '../../calls/principal.js'
import { audit } from '../../people/audit.js'
import { refuseRedacted, refuseUnless, saveWithEvent, sessionToWrite } from '../save-session.js'
import { oneSessionResource } from '../session-resource.js'
import { hasResult } from './has-result.js'

/** The longest reason of a review, in characters. */
export const LONGEST_REASON = 1000

export const REVIEWED_STATUSES = ['verified', 'requires_input'] as const satisfies readonly ReviewedStatus[]

export interface ReviewParams {
  /** What the result is from now on. */
  readonly status?: ReviewedStatus | undefined
  readonly reason?: string | null | undefined
}

/**
 * Overrides the result of a session either way, as Stripe's reviewers do. The session looks as if its attempt had ended
 * so, and the event is the ordinary one. Who did it and why is recorded beside the session, where Stripe has no field.
 * It takes the right to read reports too: whoever decides has to see what was found.
 */
export async function reviewSession(
  call: WriteCall,
  id: string,
  { status, reason }: ReviewParams,
  expand: Expand = NOTHING,
): Promise<VerificationSession> {
  authorise(call, { scope: 'reports:read', keepsBinding: true }, id)
  const session = await sessionToWrite(call, id)
  if (status === undefined) throw missing('status')
  const why = checkedReason(reason)
  const checks = await reviewedChecks(call, session, status)
  const reviewed: SessionRecord = {
    ...session,
    status,
    last_error: status === 'verified' ? null : errorIn(checks),
    verified_outputs: status === 'verified' ? outputsIn(checks) : null,
    verified_at: status === 'verified' ? call.now : null,
  }
  await saveWithEvent(call, reviewed, status)
  await call.tx.reviews.insert({
    id: call.id('vrv'),
    livemode: call.livemode,
    session: session.id,
    before: session.status === 'verified' ? 'verified' : 'requires_input',
    after: status,
    reason: why,
    actor: actorOf(call.principal),
    created: call.now,
  })
  await audit(call, { action: 'session.reviewed', object: session.id, detail: status })
  return oneSessionResource(call, reviewed, expand)
}

function checkedReason(reason: string | null | undefined): string {
  if (reason === undefined || reason === null) throw missing('reason')
  const text = reason.trim()
  if (text === '') throw invalid('parameter_invalid_empty', 'reason', 'A result is not overridden without a reason.')
  if (text.length <= LONGEST_REASON) return text
  const message = `Invalid reason: it has ${text.length} characters; at most ${LONGEST_REASON} are kept.`
  throw new ApiError(400, { message, param: 'reason' })
}

/** What the last attempt found. Throws 400 if there is no result of ours to override. */
async function reviewedChecks(call: WriteCall, session: SessionRecord, status: ReviewedStatus): Promise<ReportChecks> {
  refuseRedacted(session, 'reviewed')
  if (session.remote !== null) {
    const message = `This session is verified by '${session.remote.verifier}', where its result can be overridden too.`
    throw new ApiError(400, { code: 'verifier_refused', message })
  }
  refuseUnless(session, REVIEWED_STATUSES, 'be reviewed')
  const refuse = (why: string) =>
    new ApiError(400, { code: 'session_status_invalid', message: `The verification session '${session.id}' ${why}.` })
  if (session.status === status) throw refuse(`is ${status} already`)
  const last = session.last_report
  const report = last === null ? undefined : await call.tx.reports.byId(session.livemode, last)
  if (report === undefined) throw refuse('has no result yet: no attempt has ended with checks')
  if (!hasResult(session, report.checks)) throw refuse('has no result: its last attempt ended without checks')
  return report.checks
}

/** The error of the first check that failed. None if all went well and the reviewer decides otherwise. */
function errorIn({ document, selfie, id_number, email, phone }: ReportChecks): SessionError | null {
  const failed = [document, selfie, id_number, email, phone].find((check) => check?.status === 'unverified')
  return (failed?.error ?? null) as SessionError | null
}

/** What the checks found out about the person; a check that failed may have found nothing. */
function outputsIn({ document, id_number, email, phone }: ReportChecks): VerifiedOutputs {
  return {
    address: document?.address ?? null,
    dob: document?.dob ?? id_number?.dob ?? null,
    email: email?.email ?? null,
    first_name: document?.first_name ?? id_number?.first_name ?? null,
    id_number: id_number?.id_number ?? null,
    id_number_type: id_number?.id_number_type ?? null,
    last_name: document?.last_name ?? id_number?.last_name ?? null,
    phone: phone?.phone ?? null,
    sex: document?.sex ?? null,
    unparsed_place_of_birth: document?.unparsed_place_of_birth ?? null,
    unparsed_sex: document?.unparsed_sex ?? null,
  }
}
