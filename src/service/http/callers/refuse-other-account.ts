import type { FastifyRequest } from 'fastify'
import { ApiError } from '../../api-error.js'

/** What names another account than the key's own: Connect's header, and the newer one. */
const HEADERS = ['stripe-account', 'stripe-context'] as const

/**
 * There are no connected accounts here. What is done for one must not be done, and read, for all: throws 403, as Stripe
 * does where an account is not a Connect platform.
 */
export function refuseOtherAccount({ headers }: Pick<FastifyRequest, 'headers'>): void {
  const named = HEADERS.find((name) => (headers[name]?.toString().trim() ?? '') !== '')
  if (named === undefined) return
  const header = named === 'stripe-account' ? 'Stripe-Account' : 'Stripe-Context'
  const message = `Only Stripe Connect platforms can work with other accounts: there are none here. Leave out the header ${header}.`
  throw new ApiError(403, { code: 'platform_account_required', message })
}
