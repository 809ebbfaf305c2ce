import type { Outcome } from '../../../model/outcome.js'
import type { VerificationSession } from '../../../model/resources.js'
import type { SessionRecord } from '../../../store/sessions.js'
import { ApiError, invalidValue } from '../../api-error.js'
import type { WriteCall } from '../calls/call.js'
import { type Expand, NOTHING } from '../calls/expand.js'
import { oneSessionResource } from './session-resource.js'
import { refuseRedacted, refuseUnless, saveWithEvent, sessionToWrite } from './sessions.js'

/**
 * An attempt: the person submits what was asked for, the session is processing, and a while later it is verified or
 * requires input again. The verifier's word is given when the attempt ends, by whoever finds the session due.
 */
export interface SubmitParams {
  /** How the attempt is to end; verified unless given. */
  readonly outcome?: string | undefined
}

/** Extension, for the test mode: submits a session with the outcome chosen. */
export async function submitSession(
  call: WriteCall,
  id: string,
  { outcome }: SubmitParams = {},
  expand: Expand = NOTHING,
): Promise<VerificationSession> {
  const session = await sessionToWrite(call, id)
  return oneSessionResource(call, await submit(call, session, outcome ?? 'verified'), expand)
}

export async function submit(call: WriteCall, session: SessionRecord, wanted: string): Promise<SessionRecord> {
  refuseRedacted(session, 'submitted')
  refuseUnless(session, ['requires_input'], 'be submitted')
  const outcome = checkOutcome(call, session, wanted)
  const attempt = session.attempt + 1
  const verdict = call.verifier.verdict(session, outcome)
  // Nothing was submitted by a person who gave up before: there is nothing to process.
  if (verdict.checks === null) return end(call, { ...session, attempt, outcome })
  const due = call.processing === 0 ? null : call.now + call.processing
  const processing: SessionRecord = { ...session, status: 'processing', last_error: null, attempt, outcome, due }
  await saveWithEvent(call, processing, 'processing')
  return due === null ? end(call, processing) : processing
}

/** Ends the attempt of a session that is processing. */
export async function end(call: WriteCall, session: SessionRecord): Promise<SessionRecord> {
  const verdict = call.verifier.verdict(session, session.outcome ?? 'verified')
  const { checks } = verdict
  const report = checks && { id: call.id('vr'), checks }
  if (report) {
    const { livemode, flow, type, client_reference_id, options } = session
    await call.tx.reports.insert({
      ...report,
      livemode,
      session: session.id,
      flow,
      type,
      client_reference_id,
      options: { ...(options.document && { document: options.document }), ...(options.id_number && { id_number: {} }) },
      created: call.now,
    })
  }
  const isVerified = verdict.status === 'verified'
  const ended: SessionRecord = {
    ...session,
    status: verdict.status,
    last_error: isVerified ? null : verdict.error,
    last_report: report?.id ?? session.last_report,
    verified_outputs: isVerified ? verdict.outputs : null,
    verified_at: isVerified ? call.now : null,
    outcome: null,
    due: null,
  }
  await saveWithEvent(call, ended, verdict.status)
  return ended
}

function checkOutcome({ verifier, livemode }: WriteCall, session: SessionRecord, outcome: string): Outcome {
  if (!verifier.serves(livemode)) {
    const message = 'Only sessions of the test mode can be submitted here: nobody is verified by a simulation.'
    throw new ApiError(400, { code: 'livemode_mismatch', message })
  }
  const possible = verifier.outcomes(session)
  const found = possible.find((one) => one === outcome)
  if (found !== undefined) return found
  const message = `Invalid outcome: this session runs other checks. It can be ${possible.join(', ')}.`
  throw invalidValue('outcome', message)
}
