import type { FastifyRequest } from 'fastify'
import { ApiError } from '../../api-error.js'

/** The headers that name another account: Connect's, and the newer one. */
const HEADERS = ['stripe-account', 'stripe-context'] as const

/**
 * There are no connected accounts here. A request for one account must not read or change the data of all. Throws 403,
 * as Stripe does where an account is not a Connect platform.
 */
export function refuseOtherAccount({ headers }: Pick<FastifyRequest, 'headers'>): void {
  const named = HEADERS.find((name) => (headers[name]?.toString().trim() ?? '') !== '')
  if (named === undefined) return
  const header = named === 'stripe-account' ? 'Stripe-Account' : 'Stripe-Context'
  const message = `Only Stripe Connect platforms can work with other accounts: there are none here. Leave out the header ${header}.`
  throw new ApiError(403, { code: 'platform_account_required', message })
}
