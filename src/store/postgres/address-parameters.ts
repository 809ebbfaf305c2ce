import { type AddressFault, fault } from './address-fault.js'
import { WANTED, type Wanted } from './server.js'

export interface Parameters {
  /** The address, in terms that the parser knows. */
  readonly address: string
  readonly wanted: Wanted | undefined
  /** In milliseconds. */
  readonly connectTimeout: number | undefined
  readonly isAnyOrder: boolean
  readonly bindsChannel: boolean
  readonly database: string | undefined
  readonly hostaddr: string | undefined
}

/** Parameters for which any other value is certainly a mistake. `no-verify` is the driver's own. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  sslmode: ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'],
  ssl: ['true', '1', 'false', '0', 'no-verify'],
  sslnegotiation: ['postgres', 'direct'],
  channel_binding: ['disable', 'prefer', 'require'],
  target_session_attrs: WANTED,
  load_balance_hosts: ['disable', 'random'],
  uselibpqcompat: ['true', 'false'],
}

/** Parameters that ask for a protection that the driver does not have: refused rather than ignored. */
const NOT_GIVEN = ['sslcrl', 'sslcrldir', 'require_auth', 'requirepeer', 'service', 'passfile']

/**
 * Checks the parameters in the query of an address, and translates those of libpq for pg-connection-string. Others are
 * ignored, as the driver does: managed databases add some for other clients.
 */
export function checkedParameters(address: string): Parameters | AddressFault {
  const mark = address.indexOf('?')
  const given = new URLSearchParams(mark < 0 ? '' : address.slice(mark + 1).replace(/#.*$/s, ''))
  for (const [name, values] of Object.entries(VALUES)) {
    const value = given.get(name)
    if (value !== null && !values.includes(value)) {
      return fault(`its ${name} has a value that does not exist`, `${name} is one of ${values.join(', ')}`)
    }
  }
  const missing = NOT_GIVEN.find((name) => given.get(name))
  if (missing !== undefined) return fault(`its ${missing} is not supported`, `take ${missing} away`)
  if (given.get('gssencmode') === 'require') return fault('its gssencmode is not supported', 'use TLS: sslmode')
  const port = given.get('port')
  if (port && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    return fault('its port is not one', 'a port is a whole number from 1 to 65535')
  }
  const timeout = given.get('connect_timeout')
  if (timeout && !/^-?\d{1,6}$/.test(timeout)) {
    return fault('its connect_timeout is not a number of seconds', 'connect_timeout is a whole number of seconds')
  }
  if (given.get('sslnegotiation') === 'direct' && isWithoutTls(given)) {
    return fault('its sslnegotiation needs TLS, which it switches off', 'use sslmode=verify-full')
  }
  if (given.get('uselibpqcompat') === 'true' && given.get('sslmode') === 'verify-ca' && !given.get('sslrootcert')) {
    return fault('its sslmode needs a certificate to compare with', 'name its file: sslrootcert')
  }
  return {
    address: inWordsOfTheParser(address, mark, given),
    wanted: WANTED.find((one) => one === given.get('target_session_attrs')),
    connectTimeout: Number(timeout) > 0 ? Number(timeout) * 1000 : undefined,
    isAnyOrder: given.get('load_balance_hosts') === 'random',
    bindsChannel: /^(?:prefer|require)$/.test(given.get('channel_binding') ?? ''),
    database: given.get('dbname') || undefined,
    hostaddr: given.get('hostaddr') || undefined,
  }
}

function isWithoutTls(given: URLSearchParams): boolean {
  return given.get('sslmode') === 'disable' || /^(?:false|0)$/.test(given.get('ssl') ?? '')
}

/** If nothing needs translation, the query stays unchanged, byte for byte. */
function inWordsOfTheParser(address: string, mark: number, given: URLSearchParams): string {
  const said = new URLSearchParams(given)
  const { ssl, sslmode } = Object.fromEntries(given)
  if (ssl === 'false') said.set('ssl', '0')
  if (ssl === 'no-verify') {
    said.delete('ssl')
    if (sslmode === undefined) said.set('sslmode', 'no-verify')
  }
  // The driver treats these as verify-full and warns on stderr that this may change; explicit, it stays so.
  if (given.get('uselibpqcompat') !== 'true' && /^(?:allow|prefer|require|verify-ca)$/.test(sslmode ?? '')) {
    said.set('sslmode', 'verify-full')
  }
  // The certificates that come with Node.
  if (given.get('sslrootcert') === 'system') {
    said.delete('sslrootcert')
    if (sslmode === undefined) said.set('sslmode', 'verify-full')
  }
  return said.toString() === given.toString() ? address : `${address.slice(0, mark)}?${said}`
}
