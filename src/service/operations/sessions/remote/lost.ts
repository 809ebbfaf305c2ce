import type { WorkRecord } from '../../../../store/work.js'
import type { Asking, Observed, OpenRequest, Verifier } from '../../../../verifier/verifier.js'
import { VerifierError } from '../../../../verifier/verifier-error.js'

/** Seconds by which the clocks of a verifier and of this service may differ. */
const SKEW = 60

/**
 * The session that a verifier made for a request whose answers were all lost, and whose key it may have forgotten: to ask
 * it again could make a second one. Throws "refused" where none was made: then the request is given up.
 */
export async function lostSession(
  verifier: Verifier,
  request: OpenRequest,
  { created }: Pick<WorkRecord, 'created'>,
  asking: Asking,
): Promise<Observed> {
  const made = await verifier.find?.(request, created - SKEW, asking)
  if (made) return made
  throw givenUp()
}

export function givenUp(): VerifierError {
  return new VerifierError('refused', 'It could not be reached for so long that this was given up.')
}
