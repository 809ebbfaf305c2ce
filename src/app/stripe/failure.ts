import type { StripeFailure } from '../../stripe/errors.js'
import { Failure } from '../failure.js'

/** What a failed call of Stripe's API means to who ran a command. `needed`: what the key has to be allowed. */
export function stripeFailureOf(failure: StripeFailure, needed: string, cause: unknown): Failure {
  const { summary, answer, isRetryable } = failure
  if (answer?.status === 401) {
    const hint = 'was it revoked, or is it of another account?'
    return new Failure('stripe_not_authorised', `Stripe does not know the key: ${summary}`, { hint, cause })
  }
  if (answer?.status === 403) {
    return new Failure('stripe_not_authorised', `Stripe does not permit it: ${summary}`, {
      hint: `the key has to be allowed: ${needed}`,
      cause,
    })
  }
  if (isRetryable) return new Failure('stripe_unreachable', `Stripe does not answer: ${summary}`, { cause })
  // The message may repeat what was given of a person, so it is not shown.
  const param = answer?.param === undefined ? '' : ` for ${answer.param}`
  return new Failure('stripe_refused', `Stripe refuses it${param}: ${summary}`, { cause })
}
