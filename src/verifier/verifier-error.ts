/**
 * `unavailable`: unknown whether it was done; the call may be repeated with the same key. The others are final.
 * `refused`: the verifier does not do this; `missing`: it has no such session; `forged`: it did not send this webhook.
 */
export type VerifierFault = 'unavailable' | 'refused' | 'missing' | 'forged'

/** The error of a verifier whose API is Stripe's, as that API answered it. Holds nothing personal. */
export interface VerifierAnswer {
  /** The HTTP status. */
  readonly status: number
  readonly type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error'
  readonly code: string | null
  readonly param: string | null
  readonly message: string
  /** The verifier's own id of the request. */
  readonly request: string | null
}

interface Details extends ErrorOptions {
  readonly retryAfter?: number | undefined
  readonly answer?: VerifierAnswer | undefined
}

/** Why a verifier did not do a call. The message is for the caller of the API and holds nothing personal. */
export class VerifierError extends Error {
  override readonly name = 'VerifierError'
  readonly fault: VerifierFault
  /** Seconds until a retry makes sense, if the verifier said so. */
  readonly retryAfter: number | undefined
  /**
   * Shown to the caller in place of an error of this service. It is left out where the caller is not at fault, such as
   * when the verifier does not take this service's own key.
   */
  readonly answer: VerifierAnswer | undefined

  constructor(fault: VerifierFault, message: string, options: Details = {}) {
    super(message, options)
    this.fault = fault
    this.retryAfter = options.retryAfter
    this.answer = options.answer
  }
}
