export interface AddressFault {
  /** What the address does or is, as the end of a sentence. */
  readonly message: string
  readonly hint: string
}

const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * What is wrong with an address that people or requests are sent to, or undefined when nothing is.
 * https, or http to this machine only; no credentials, for addresses end up in logs and in browsers.
 */
export function addressFault(text: string, example = 'https://example.com/verified'): AddressFault | undefined {
  const hint = `write an address such as ${example}`
  // URL() forgives white space, missing and backward slashes; another program that reads the address may not.
  if (/\s/.test(text) || !/^[a-z][a-z0-9+.-]*:\/\/[^/\\]/i.test(text))
    return { message: 'is no complete address', hint }
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return { message: 'is no address', hint }
  }
  if (url.username !== '' || url.password !== '' || /^[^/]*\/\/[^/?#]*@/.test(text)) {
    return { message: 'carries credentials', hint: 'leave out what stands before the @' }
  }
  if (url.protocol === 'https:') return undefined
  if (url.protocol !== 'http:') return { message: `begins with ${url.protocol}//`, hint }
  if (LOCAL.has(url.hostname)) return undefined
  return { message: 'is not encrypted', hint: 'write https:// (http:// is for localhost only)' }
}

/** The same for the address of a flows API: it stands at the root of its host, for the official client knows no other place. */
export function apiAddressFault(text: string): AddressFault | undefined {
  const fault = addressFault(text, 'https://flows.example.com')
  if (fault !== undefined) return fault
  const { pathname, origin } = new URL(text)
  if (pathname === '/' && !/[?#]/.test(text)) return undefined
  return { message: 'is more than the address of a host, at whose root the API stands', hint: `write ${origin}` }
}
