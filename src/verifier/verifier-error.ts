/**
 * `unavailable`: nobody knows whether it was done; the same call may be made again, with the same key. The others are final:
 * `refused`: the verifier does not do this; `missing`: it has no such session; `forged`: it did not send this webhook.
 */
export type VerifierFault = 'unavailable' | 'refused' | 'missing' | 'forged'

/** Why a verifier did not do what it was asked. The message is for the caller of the API: it holds nothing personal. */
export class VerifierError extends Error {
  override readonly name = 'VerifierError'
  readonly fault: VerifierFault
  /** Seconds after which a retry is worth it, where the verifier said so. */
  readonly retryAfter: number | undefined

  constructor(fault: VerifierFault, message: string, options: ErrorOptions & { readonly retryAfter?: number } = {}) {
    super(message, options)
    this.fault = fault
    this.retryAfter = options.retryAfter
  }
}
