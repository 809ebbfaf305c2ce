import type { VerifierWebhook } from '../../../verifier/verifier.js'
import { VerifierError } from '../../../verifier/verifier-error.js'
import { ApiError, notFound } from '../../api-error.js'
import type { Service } from '../calls/call.js'
import { SERVICE } from '../calls/principal.js'
import { readAt } from './remote/session-work.js'

/**
 * Takes a webhook of a verifier. A read of each changed session is scheduled in the store before the webhook is
 * acknowledged. Unknown sessions are skipped: others may use the same account. Throws 404 for an unknown verifier, and
 * 400 for a forged webhook.
 */
export async function receiveFromVerifier(service: Service, name: string, webhook: VerifierWebhook): Promise<void> {
  const verifier = service.verifiers.remote(name)
  if (verifier === undefined) throw notFound('verifier', name, 'verifier')
  const changed = await verifier.receive(webhook).catch((error: unknown) => {
    if (error instanceof VerifierError && error.fault === 'forged') throw new ApiError(400, { message: error.message })
    throw error
  })
  if (changed.length === 0) return
  await service.write({ livemode: false, principal: SERVICE }, async (call) => {
    for (const id of new Set(changed)) {
      const session = await call.tx.sessions.atVerifier(name, id)
      if (session !== undefined) await readAt({ ...call, livemode: session.livemode }, session, call.now)
    }
  })
}
