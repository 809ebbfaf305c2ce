import type Stripe from 'stripe'
import { type StripeAnswer, type StripeFailure, stripeFailure } from '../../stripe/errors.js'
import { type VerifierAnswer, VerifierError } from '../verifier-error.js'

const TYPES: readonly string[] = ['api_error', 'card_error', 'idempotency_error', 'invalid_request_error']

/**
 * What an error of the official client means to the service. `personal` are values that were sent and that Stripe's
 * message may repeat. Anything else that was thrown is a fault of this program, and comes back as it is.
 */
export function verifierError(error: unknown, personal: readonly string[] = []): unknown {
  if (error instanceof VerifierError) return error
  const failure = stripeFailure(error)
  if (failure === undefined) return error
  const { answer, isRetryable, retryAfter, summary } = failure
  const said = `Stripe answered: ${summary}.`
  if (answer === undefined) return new VerifierError('unavailable', `Stripe: ${summary}.`, { retryAfter })
  // Repeating it helps once the operator has set a key that Stripe takes. The cause makes it known in the log.
  if (answer.status === 401) {
    return new VerifierError('unavailable', said, { cause: new Error(`Stripe does not take the key: ${summary}`) })
  }
  const shown = shownAnswer(answer, personal)
  if (isRetryable) return new VerifierError('unavailable', said, { retryAfter, answer: shown })
  const fault = answer.status === 404 && answer.code === 'resource_missing' ? 'missing' : 'refused'
  // Without a parameter it is about what the key may do, which the operator has to know: the cause is logged.
  const isOfKey = answer.status === 403 && answer.param === undefined
  const cause = isOfKey ? new Error(`Stripe does not permit this to the key: ${summary}`) : undefined
  return new VerifierError(fault, said, { answer: shown, ...(cause && { cause }) })
}

/** Stripe names a key by its beginning and end, which are no affair of those who call this service. */
const MASKED_KEY = /\b([sr]k_(?:test|live)_)[\w*.]+/g

function shownAnswer(answer: StripeAnswer, personal: readonly string[]): VerifierAnswer {
  const { status, type, code = null, param = null, message = '', request_id: request = null } = answer
  return {
    status,
    type: (TYPES.includes(type) ? type : 'api_error') as VerifierAnswer['type'],
    code,
    param,
    message: personal
      .filter((value) => value !== '')
      .reduce((text, value) => text.replaceAll(value, '...'), message.replaceAll(MASKED_KEY, '$1...')),
    request,
  }
}

/**
 * Whether the idempotency key of a call is used up: Stripe has stored an answer under it that is of no use, and repeats
 * it. Stored are answers of 500, too, whatever was done before they were given.
 */
export function isUsedUp(error: unknown): boolean {
  const failure: StripeFailure | undefined = stripeFailure(error)
  if (failure?.answer === undefined) return false
  const { status, type } = failure.answer
  return (failure.isReplayed && status >= 500) || type === 'idempotency_error'
}

/** Whether Stripe has repeated an answer that it had stored under the idempotency key. */
export function isReplayed({ lastResponse }: Stripe.Response<object>): boolean {
  // Over fetch, the official client hands on its answer as it is, with Headers in place of the object of its type.
  return new Headers(lastResponse.headers).get('idempotent-replayed') === 'true'
}
