import { ApiError } from '../../../api-error.js'

/** Why the address of a session no longer opens it. */
export type WhyGone = 'expired' | 'used' | 'canceled'

const MESSAGES: Readonly<Record<WhyGone, string>> = {
  expired: 'This link has expired.',
  used: 'This link has been used already.',
  canceled: 'This verification was canceled.',
}

/** An address that opened a session once. */
export class LinkGone extends ApiError {
  readonly why: WhyGone

  constructor(why: WhyGone) {
    super(410, { message: MESSAGES[why] })
    this.why = why
  }
}
