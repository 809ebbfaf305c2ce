import type { Mode } from '../model/mode.js'
import { nearest } from '../text/nearest.js'

export interface AddressFault {
  /** What is wrong with the address, as the end of a sentence. */
  readonly message: string
  readonly hint: string
}

const NOT_ENCRYPTED: AddressFault = {
  message: 'is not encrypted',
  hint: 'write https:// (http:// is for localhost only)',
}

const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * What is wrong with an address for people or requests; undefined if nothing is. Allowed: https, or http to this
 * machine only. No credentials, because addresses end up in logs and browsers.
 */
export function addressFault(text: string, example = 'https://example.com/verified'): AddressFault | undefined {
  const hint = `write an address such as ${example}`
  // URL() accepts white space, missing and backward slashes; another program that reads the address may not.
  if (/\s/.test(text) || !/^[a-z][a-z0-9+.-]*:\/\/[^/\\]/i.test(text))
    return { message: 'is not a complete address', hint }
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return { message: 'is not an address', hint }
  }
  if (url.username !== '' || url.password !== '' || /^[^/]*\/\/[^/?#]*@/.test(text)) {
    return { message: 'carries credentials', hint: 'leave out what stands before the @' }
  }
  if (url.protocol === 'https:') return undefined
  if (url.protocol !== 'http:') return { message: `begins with ${url.protocol}//`, hint }
  if (LOCAL.has(url.hostname)) return undefined
  return NOT_ENCRYPTED
}

/** Schemes that no app owns: they lead to a script, to the person's own files, or to another protocol. */
const NO_APP = new Set([
  ...['javascript', 'vbscript', 'data', 'blob', 'about', 'filesystem', 'view-source', 'jar'],
  ...['file', 'content', 'resource', 'res', 'intent', 'chrome', 'chrome-extension', 'moz-extension'],
  ...['ftp', 'ftps', 'sftp', 'ssh', 'telnet', 'smb', 'nfs', 'afp', 'ldap', 'ldaps', 'ws', 'wss', 'gopher'],
  ...['mailto', 'tel', 'sms'],
])

/**
 * The same for the address after a verification. Here an app's own scheme (myapp://done) is an address, too. So is http
 * on a private network in test mode, where phones reach the developer's machine.
 */
export function returnUrlFault(text: string, mode: Mode): AddressFault | undefined {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/+(.*)$/is.exec(text) ?? []
  const name = scheme.toLowerCase()
  const isApp = name !== '' && !WEB.includes(name) && !NO_APP.has(name) && nearest(name, WEB) === undefined
  if (!isApp || rest === '' || /[\s\\\p{Cc}]/u.test(text)) {
    if (mode === 'test' && isPrivate(text)) return undefined
    const fault = addressFault(text)
    return fault === NOT_ENCRYPTED ? { ...fault, hint: HINTS[mode] } : fault
  }
  if (/^[^/?#]*@/.test(rest)) return { message: 'carries credentials', hint: 'leave out what stands before the @' }
  return undefined
}

const HINTS: Readonly<Record<Mode, string>> = {
  test: 'write https:// (in test mode http:// is for localhost and private networks only)',
  live: 'write https:// (in live mode http:// is for localhost only)',
}

const WEB = ['http', 'https']

/** Addresses that are not reachable from outside (RFC 1918, 3927, 4193), and names for such addresses. */
function isPrivate(text: string): boolean {
  // Otherwise it must meet the rules for https.
  if (!/^http:\/\//i.test(text) || addressFault(text.replace(/^http/i, 'https')) !== undefined) return false
  const { hostname } = new URL(text)
  return (
    /^(?:10|127|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254)\.[\d.]+$/.test(hostname) ||
    /^\[f(?:[cd]|e[89ab])/.test(hostname) ||
    /^[^.[\]:]+$|\.(?:local|localhost|internal|test|home\.arpa)$/.test(hostname)
  )
}

/** The same for a flows API: it must be at the root of its host, the only place that the official client knows. */
export function apiAddressFault(text: string): AddressFault | undefined {
  const fault = addressFault(text, 'https://flows.example.com')
  if (fault !== undefined) return fault
  const { pathname, origin } = new URL(text)
  if (pathname === '/' && !/[?#]/.test(text)) return undefined
  return { message: 'is more than the address of a host, at whose root the API stands', hint: `write ${origin}` }
}
