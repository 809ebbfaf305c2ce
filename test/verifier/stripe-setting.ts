import { type StripeAccounts, stripeVerifier } from '../../src/verifier/stripe/stripe-verifier.js'
import type { HeldSession, Verifier, VerifierWebhook } from '../../src/verifier/verifier.js'
import type { StripeStandIn } from '../stripe/stand-in.js'

export const WEBHOOK_SECRET = 'whsec_ofTheEndpointOfTheTestMode'

/** The verifier over a stand-in for Stripe: it sends nothing again by itself, so that a test need not wait. */
export function stripeAt(
  standIn: StripeStandIn,
  more: Partial<StripeAccounts['test']> = {},
  now?: () => number,
): Promise<Verifier> {
  const access = { key: standIn.keys.test, apiBase: standIn.url, retries: 0, webhookSecrets: [WEBHOOK_SECRET] }
  return stripeVerifier({ test: { ...access, ...more }, now })
}

/** The newest event of a session, as Stripe sends it. */
export function webhookOf(standIn: StripeStandIn, id: string, secret = WEBHOOK_SECRET): VerifierWebhook {
  const event = [...standIn.test.events].reverse().find(({ data }) => (data.object as { id: string }).id === id)
  if (event === undefined) throw new Error(`nothing happened to ${id}`)
  const { body, headers } = standIn.test.webhooks.signed(event, { secret, api_version: null })
  return { body: Buffer.from(body), headers }
}

/** For the suite of all verifiers. One account serves all its tests, so each makes keys of its own. */
export async function aStripeSetting(standIn: StripeStandIn) {
  const stripe = await stripeAt(standIn)
  const acts = standIn.acts()
  let count = 0
  return () => {
    count += 1
    const prefix = `${count}-`
    const own = <T extends { readonly key: string }>(doing: T): T => ({ ...doing, key: `${prefix}${doing.key}` })
    const verifier: Verifier = {
      ...stripe,
      open: (request, doing) => stripe.open(request, own(doing)),
      update: (session, doing) => stripe.update(session, own(doing)),
      cancel: (session, doing) => stripe.cancel(session, own(doing)),
      redact: (session, doing) => stripe.redact(session, own(doing)),
    }
    return {
      verifier,
      attempt: (held: HeldSession, outcome: string): HeldSession => {
        acts.finish(held.id, outcome)
        return { ...held, status: 'processing', attempt: held.attempt + 1 }
      },
      erased: ({ id }: HeldSession) => acts.finishRedaction(id),
      webhook: ({ id }: HeldSession) => webhookOf(standIn, id),
    }
  }
}
