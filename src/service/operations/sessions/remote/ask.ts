import type { SessionRecord } from '../../../../store/sessions.js'
import type { Asking } from '../../../../verifier/verifier.js'
import { VerifierError } from '../../../../verifier/verifier-error.js'
import { ApiError, handedOn } from '../../../api-error.js'
import type { Service } from '../../calls/call.js'
import type { RemoteVerifier } from '../../calls/verifiers.js'

/** The remote verifier of a session. Throws 503 if this process does not have it. */
export function verifierOf(
  { verifiers }: Pick<Service, 'verifiers'>,
  { remote }: Pick<SessionRecord, 'remote'>,
): RemoteVerifier {
  const verifier = remote === null ? undefined : verifiers.remote(remote.verifier)
  if (verifier === undefined) throw unavailable()
  return verifier
}

/** Asks a verifier, without an open transaction, for at most `limit` milliseconds. A failure is an answer too. */
export async function askVerifier<T>(limit: number, ask: (asking: Asking) => Promise<T>): Promise<T | VerifierError> {
  const signal = AbortSignal.timeout(limit)
  try {
    return await unlessOver(signal, ask({ signal }))
  } catch (cause) {
    // A fault in the verifier's adapter is not the caller's fault, and what was done is unknown.
    if (cause instanceof VerifierError) return cause
    if (signal.aborted) return new VerifierError('unavailable', 'It did not answer in time.')
    return new VerifierError('unavailable', 'The verifier could not be asked.', { cause })
  }
}

/** Does not wait for a verifier that ignores the signal. */
function unlessOver<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const over = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return Promise.race([work, over])
}

/**
 * The error for the caller: the verifier's own answer, if it has one. That is not said of a fault that passes, nor of
 * the key that this service has there, which is no affair of the caller.
 */
export function failureOf(error: VerifierError, whileDown = unavailable): ApiError {
  const { fault, message, answer } = error
  if (fault === 'unavailable') return whileDown(error)
  const isForCaller = answer !== undefined && answer.status >= 400 && answer.status < 500 && answer.status !== 401
  if (isForCaller) return handedOn(answer, error)
  const refused = `The verifier refused this: ${message}`
  return new ApiError(400, { code: 'verifier_refused', message: refused }, { cause: error })
}

export function unavailable(cause?: VerifierError): ApiError {
  return down(
    cause,
    'What was asked for is kept, and tried again: send the same request again, with the same idempotency key, for the answer.',
  )
}

/** Where nothing is kept that could be tried again. */
export function unanswered(cause?: VerifierError): ApiError {
  return down(cause, 'Only it has what was asked for: send the same request again a little later.')
}

function down(cause: VerifierError | undefined, advice: string): ApiError {
  const message = `The verifier does not answer at the moment. ${advice}`
  return new ApiError(503, { type: 'api_error', code: 'verifier_unavailable', message }, { cause })
}
