/** Longer than any page's address with its filters. */
const LONGEST_PLACE = 2_000

/** Never used: addresses are read relative to it. */
const HERE = 'http://dashboard.invalid'

/**
 * The page that an address names, to come back to after signing in; undefined for everything that is not a page of the
 * dashboard in one of its modes. It is always a path of this host, whatever host the address has.
 */
export function placeIn(address: string): string | undefined {
  if (address.length > LONGEST_PLACE) return undefined
  let url: URL
  try {
    url = new URL(address, HERE)
  } catch {
    return undefined
  }
  // What was done there is said once.
  url.searchParams.delete('done')
  const { pathname, search } = url
  return /^\/dashboard\/(?:test|live)\/[\w.~%!$&'()*+,;=:@/-]+$/.test(pathname) ? pathname + search : undefined
}
