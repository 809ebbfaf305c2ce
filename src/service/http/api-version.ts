import { ApiError } from '../api-error.js'

const LONGEST = 200
/** A date, perhaps with the name of a release or "preview", perhaps with flags: "2026-10-28.endive; feature_beta=v3". */
const VERSION = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:\.[a-z][a-z0-9_]*)?(?:; *[a-z][a-z0-9_]*=v\d+)*$/

/**
 * The version that a request names. The service has one version: any is accepted, echoed, and named by the events that
 * the request causes. Throws 400 for what is no version.
 */
export function apiVersionOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  const version = header.toString()
  if (version.length <= LONGEST && VERSION.test(version)) return version
  const message = 'Invalid Stripe-Version: write it as a date, such as 2026-10-28, perhaps with the name of a release.'
  throw new ApiError(400, { message })
}
