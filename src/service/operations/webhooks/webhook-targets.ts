import { BlockList, isIP } from 'node:net'

/** Where webhooks may be sent to. Checked when an endpoint is made, and again for every address at every delivery. */
export interface WebhookTargets {
  /** Whether a request may go to this IP address. Without encryption only addresses that the configuration allows. */
  accepts(address: string, isEncrypted: boolean): boolean
  /** Whether this IP address lies in the public internet, whatever the configuration allows. */
  isPublic(address: string): boolean
  /** What is wrong with an endpoint's URL, as the end of a sentence; undefined if nothing. */
  fault(url: string): string | undefined
}

/** One range of addresses: "127.0.0.0/8", "fd00::/8", or a single address. */
interface Range {
  readonly address: string
  readonly family: 'ipv4' | 'ipv6'
  readonly bits: number
}

export const LONGEST_URL = 2048

/** All public IPv6 addresses. Outside are unique local, link-local and multicast ones, and ways to IPv4. */
const OPEN_IPV6 = '2000::/3'
/** IPv4 addresses written as IPv6 (::ffff:127.0.0.1): the IPv4 ranges apply to them. */
const MAPPED_IPV4 = '::ffff:0:0/96'

/** Addresses that are not public, by the registries of special-purpose addresses (RFC 6890 and later). */
const CLOSED = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  // A cloud's metadata service, at a public address.
  '168.63.129.16/32',
  // Link-local, with the metadata services of most clouds.
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  // Multicast, reserved, broadcast.
  '224.0.0.0/3',
  // Prefixes that can lead to any IPv4 address.
  '2001::/23',
  '2002::/16',
  '2001:db8::/32',
  '3fff::/20',
]

/** Throws a RangeError for text that is not a range. */
export function webhookTargets(allow: readonly string[] = []): WebhookTargets {
  const closed = blockList(CLOSED)
  const open = blockList([OPEN_IPV6, MAPPED_IPV4])
  const allowed = blockList(allow)
  const isPublic = (address: string) => {
    const kind = familyOf(address)
    return kind !== undefined && !closed.check(address, kind) && (kind === 'ipv4' || open.check(address, kind))
  }
  const accepts = (address: string, isEncrypted: boolean) => {
    const kind = familyOf(address)
    return kind !== undefined && (allowed.check(address, kind) || (isEncrypted && isPublic(address)))
  }
  const mayBePlain = allow.length > 0
  return { accepts, isPublic, fault: (url) => formFault(url) ?? placeFault(new URL(url), accepts, mayBePlain) }
}

function familyOf(address: string): Range['family'] | undefined {
  const family = isIP(address)
  return family === 0 ? undefined : family === 4 ? 'ipv4' : 'ipv6'
}

/** A range of addresses as written on the command line; undefined if the text is not one. */
export function parseRange(text: string): Range | undefined {
  const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const family = isIP(address)
  const most = family === 4 ? 32 : 128
  const wanted = bits === undefined ? most : Number(bits)
  // With a zone, the same text means a different network on each machine.
  if (family === 0 || wanted > most || address.includes('%')) return undefined
  return { address, family: family === 4 ? 'ipv4' : 'ipv6', bits: wanted }
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of ranges) {
    const range = parseRange(text)
    if (range === undefined) throw new RangeError(`"${text}" is not a range of addresses, such as 127.0.0.0/8`)
    list.addSubnet(range.address, range.bits, range.family)
  }
  return list
}

function formFault(text: string): string | undefined {
  if (text.length > LONGEST_URL) return `must be at most ${LONGEST_URL} characters`
  // URL() accepts white space, missing slashes and backslashes; other programs that read the address may not.
  if (/[\s\p{Cc}]/u.test(text) || !/^https?:\/\/[^/\\]/i.test(text) || !URL.canParse(text)) {
    return 'must be a complete address, such as https://example.com/webhooks'
  }
  const { username, password } = new URL(text)
  if (username !== '' || password !== '' || /^[^/]*\/\/[^/?#]*@/.test(text)) return 'must not carry credentials'
  return undefined
}

/** A name is not looked up here: it may lead elsewhere later, so each delivery checks its addresses. */
function placeFault(url: URL, accepts: WebhookTargets['accepts'], mayBePlain: boolean): string | undefined {
  const isEncrypted = url.protocol === 'https:'
  const address = isLocalhost(url.hostname) ? '127.0.0.1' : literalAddress(url.hostname)
  if (address === undefined) return isEncrypted || mayBePlain ? undefined : NOT_ENCRYPTED
  if (accepts(address, isEncrypted)) return undefined
  if (accepts(address, true)) return NOT_ENCRYPTED
  return 'must lead to a public address, unless the service allows others with --webhook-allow'
}

const NOT_ENCRYPTED = 'must begin with https://'

/** The IP address in the host of a parsed URL. URL() has already normalised spellings such as 0x7f.1 and 2130706433. */
export function literalAddress(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '')
  return isIP(bare) === 0 ? undefined : bare
}

/** This machine, whatever a resolver says (RFC 6761, 6.3). */
export function isLocalhost(hostname: string): boolean {
  return /(^|\.)localhost\.?$/.test(hostname)
}
