import { laneOf } from '../../service/operations/calls/verifiers.js'
import { hasVerified } from '../../service/operations/sessions/remote/changes.js'
import type { Store } from '../../store/store.js'
import { Pace, STRIPE_LIMITS } from '../../stripe/pace.js'
import { simulator } from '../../verifier/simulator/simulator.js'
import type { Verifier } from '../../verifier/verifier.js'
import type { StripeMode, StripeSettings } from './stripe.js'

/** Its name as a verifier. */
const STRIPE = 'stripe'

/**
 * Who verifies the people of each mode: Stripe, if there is a key for the mode; else the simulator, which serves the test
 * mode only. The simulator is always there, because sessions that it began go on. `rate` is the number of requests to
 * Stripe in a second, for each mode; by default Stripe's own limits.
 */
export async function verifiersFor(settings: StripeSettings, rate: number | undefined): Promise<readonly Verifier[]> {
  const { test, live, apiBase } = settings
  if (test === undefined && live === undefined) return [simulator]
  // Stripe's client costs start-up time, so it is loaded only on request.
  const { stripeVerifier } = await import('../../verifier/stripe/stripe-verifier.js')
  const accountOf = (mode: 'test' | 'live', { key, webhookSecrets }: StripeMode) => {
    const limits = rate === undefined ? STRIPE_LIMITS[mode] : { perSecond: rate, perEndpoint: rate }
    return { key, webhookSecrets, apiBase, pace: new Pace(limits) }
  }
  const stripe = await stripeVerifier({
    test: test && accountOf('test', test),
    live: live && accountOf('live', live),
  })
  return [stripe, simulator]
}

/**
 * What is wrong where Stripe verified a mode before, and this process has no key for it: a variable was forgotten, here or
 * on one of several machines. Null if nothing is.
 */
export async function forgottenKeys({ test, live }: StripeSettings, store: Store): Promise<string | null> {
  const modes = [...(test ? [] : (['test'] as const)), ...(live ? [] : (['live'] as const))]
  const forgotten: string[] = []
  for (const mode of modes) {
    const isBefore = await store.read((tx) => hasVerified(tx, laneOf(STRIPE, mode === 'live')))
    if (isBefore) forgotten.push(`STRIPE_${mode.toUpperCase()}_KEY`)
  }
  if (forgotten.length === 0) return null
  return `Warning: ${forgotten.join(' and ')} ${forgotten.length === 1 ? 'is' : 'are'} not set, and Stripe verified people of that mode before. Their sessions stay as they are, and new ones are not made at Stripe.`
}

/** Who verifies, for people: "Test mode is verified by the simulator, live mode by nobody." `url` is the service's own. */
export function whoVerifies({ test, live }: StripeSettings, url: string): string {
  const byStripe = test !== undefined || live !== undefined
  const modes = `Test mode is verified by ${test ? 'Stripe' : 'the simulator'}, live mode by ${live ? 'Stripe' : 'nobody'}.`
  if (!byStripe) return modes
  const lacking = [test, live].some((mode) => mode?.webhookSecrets.length === 0)
  const webhooks = `Stripe's webhooks go to ${url}/verifiers/stripe/webhook`
  return `${modes} ${webhooks}${lacking ? ', and a mode without a signing secret refuses them' : ''}.`
}
