import { ApiError } from '../../api-error.js'
import { isApiVersion } from '../../api-version.js'

/** The version that a request names. Any version is accepted and echoed. Throws 400 for anything else. */
export function apiVersionOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  const version = header.toString()
  if (isApiVersion(version)) return version
  const message = 'Invalid Stripe-Version: write it as a date, such as 2026-10-28, perhaps with the name of a release.'
  throw new ApiError(400, { message })
}
