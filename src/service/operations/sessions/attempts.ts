import type { PickedDocument } from '../../../model/flow.js'
import type { VerificationSession } from '../../../model/resources.js'
import type { SessionRecord } from '../../../store/sessions.js'
import { choicesOf, type Submitted } from '../../../verifier/hosted-page.js'
import { ApiError, invalidValue } from '../../api-error.js'
import type { WriteCall } from '../calls/call.js'
import { type Expand, NOTHING } from '../calls/expand.js'
import { auditPerson } from '../people/audit.js'
import { endAttempt } from './observed.js'
import { refuseRedacted, refuseUnless, saveWithEvent, sessionToWrite } from './save-session.js'
import { oneSessionResource } from './session-resource.js'

/**
 * An attempt: the person submits the requested data, the session is processing, and later it is verified or requires
 * input again. When the attempt ends, any process that finds the session due asks the verifier for the result.
 */
export interface SubmitParams {
  /** How the attempt will end; by default "verified". */
  readonly outcome?: string | undefined
}

/** Extension for test mode: submits a session with the chosen outcome. */
export async function submitSession(
  call: WriteCall,
  id: string,
  { outcome }: SubmitParams = {},
  expand: Expand = NOTHING,
): Promise<VerificationSession> {
  const session = await sessionToWrite(call, id)
  const submitted = await submit(call, session, outcome ?? 'verified')
  await auditPerson(call, { action: 'session.submitted', object: id, detail: outcome ?? null })
  return oneSessionResource(call, submitted, expand)
}

/** Submits a session with one of the choices of its page, and the document that the person picked there. */
export async function submit(
  call: WriteCall,
  session: SessionRecord,
  choice: string,
  picked: PickedDocument | null = null,
): Promise<SessionRecord> {
  refuseRedacted(session, 'submitted')
  refuseUnless(session, ['requires_input'], 'be submitted')
  const { note, verdict } = chosen(call, { ...session, picked }, choice)
  const attempt = session.attempt + 1
  const started = session.started ?? call.now
  // A person who gave up has submitted nothing, so there is nothing to process.
  if (verdict.checks === null) return endAttempt(call, { ...session, attempt, started }, verdict)
  const due = call.processing === 0 ? null : call.now + call.processing
  const processing: SessionRecord = {
    ...session,
    status: 'processing',
    last_error: null,
    attempt,
    started,
    submitted: session.submitted ?? call.now,
    outcome: note,
    picked,
    due,
  }
  await saveWithEvent(call, processing, 'processing')
  return due === null ? endAttempt(call, processing, verdict) : processing
}

/** The result of a choice on the session's verification page. */
function chosen({ verifiers, livemode }: WriteCall, session: SessionRecord, choice: string): Submitted {
  if (session.remote !== null) {
    const message = `This session is verified by '${session.remote.verifier}': what becomes of it is not chosen here.`
    throw new ApiError(400, { code: 'verifier_refused', message })
  }
  const page = verifiers.pageOf(livemode)
  if (page === undefined) {
    const message = 'Only sessions of the test mode can be submitted here: nobody is verified by a simulation.'
    throw new ApiError(400, { code: 'livemode_mismatch', message })
  }
  const possible = choicesOf(page.form(session))
  if (possible.includes(choice)) return page.submit(session, choice)
  const message = `Invalid outcome: this session runs other checks. It can be ${possible.join(', ')}.`
  throw invalidValue('outcome', message)
}
