import { ApiError } from '../../../api-error.js'

/** Why the address of a session no longer opens it. */
type WhyGone = 'expired' | 'used' | 'canceled'

const MESSAGES: Readonly<Record<WhyGone, string>> = {
  expired: 'This link has expired.',
  used: 'This link has been used already.',
  canceled: 'This verification was canceled.',
}

/** An address that opened a session once. */
export class LinkGone extends ApiError {
  readonly why: WhyGone
  /** Where the person came from; null if nothing is said, or if it is not known that this browser took part. */
  readonly returnUrl: string | null

  constructor(why: WhyGone, returnUrl: string | null = null) {
    super(410, { message: MESSAGES[why] })
    this.why = why
    this.returnUrl = returnUrl
  }
}
