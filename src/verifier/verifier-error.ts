/**
 * `unavailable`: unknown whether it was done; the call may be repeated with the same key. The others are final.
 * `refused`: the verifier does not do this; `missing`: it has no such session; `forged`: it did not send this webhook.
 */
export type VerifierFault = 'unavailable' | 'refused' | 'missing' | 'forged'

/** Why a verifier did not do a call. The message is for the caller of the API and holds nothing personal. */
export class VerifierError extends Error {
  override readonly name = 'VerifierError'
  readonly fault: VerifierFault
  /** Seconds until a retry makes sense, if the verifier said so. */
  readonly retryAfter: number | undefined

  constructor(fault: VerifierFault, message: string, options: ErrorOptions & { readonly retryAfter?: number } = {}) {
    super(message, options)
    this.fault = fault
    this.retryAfter = options.retryAfter
  }
}
