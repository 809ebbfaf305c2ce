/** The version of Stripe's API whose shapes the service's answers have. */
export const API_VERSION = '2026-10-28.endive'

const LONGEST = 200
/** A date, then optionally a release name or "preview", then optionally flags: "2026-10-28.endive; feature_beta=v3". */
const VERSION = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:\.[a-z][a-z0-9_]*)?(?:; *[a-z][a-z0-9_]*=v\d+)*$/

/** Whether a text looks like a version of Stripe's API, wherever one is named: in a request, an endpoint, an option. */
export function isApiVersion(text: string): boolean {
  return text.length <= LONGEST && VERSION.test(text)
}
