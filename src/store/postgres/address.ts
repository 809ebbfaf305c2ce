import { parseIntoClientConfig } from 'pg-connection-string'
import { type AddressFault, fault, isFault } from './address-fault.js'
import { addressesOfHosts } from './address-hosts.js'
import { checkedParameters } from './address-parameters.js'
import type { Server, Wanted } from './server.js'

export { type AddressFault, isFault } from './address-fault.js'

/** A parsed database address, in the form of libpq (postgresql.org/docs/current/libpq-connect.html). */
export interface DatabaseAddress {
  /** For people, without user and password: "PostgreSQL store db.example.com/flows". */
  readonly label: string
  /** One or more, in the order of trying. */
  readonly servers: readonly Server[]
  /** `target_session_attrs`; undefined if the address does not set it. */
  readonly wanted: Wanted | undefined
  /** `connect_timeout`, in milliseconds. */
  readonly connectTimeout: number | undefined
}

const URL_FORM = 'postgres://user:password@host:5432/database'
const SOCKET_FORM = 'postgres:///database?host=/run/postgresql'

/**
 * Parses the address of a PostgreSQL database: a URL as libpq and managed databases write it, or a short form of
 * pg-connection-string, which does the parsing. Blanks around it are ignored. Faults and labels reveal only the hosts
 * and the database: a password may stand anywhere in the address.
 */
export function parseDatabaseAddress(text: string): DatabaseAddress | AddressFault {
  const address = text.trim()
  if (/^["'`]/.test(address)) return fault('it stands in quotation marks', 'take the quotation marks away')
  if (/^[a-z_]+\s*=/.test(address)) {
    return fault(
      "it is written as key=value pairs, libpq's other form, which is not taken",
      `write it as a URL: ${URL_FORM}, or ${SOCKET_FORM} for a socket in a folder`,
    )
  }
  if (!/^(?:postgres(?:ql)?:\/\/|socket:|\/[^ ]+ \S)/i.test(address)) {
    return fault('it does not begin with postgres://', `write it as ${URL_FORM}`)
  }
  const hosts = addressesOfHosts(address)
  if (isFault(hosts)) return hosts
  const servers: Server[] = []
  for (const host of hosts) {
    const server = serverOf(host)
    if (isFault(server)) return server
    servers.push(server)
  }
  const parameters = checkedParameters(hosts[0] ?? '')
  if (isFault(parameters)) return parameters
  const { wanted, connectTimeout, isAnyOrder } = parameters
  return {
    label: labelOf(servers),
    servers: isAnyOrder ? shuffled(servers) : servers,
    wanted,
    connectTimeout,
  }
}

/** `address` names one host. */
function serverOf(address: string): Server | AddressFault {
  const parameters = checkedParameters(address)
  if (isFault(parameters)) return parameters
  try {
    const { user, password, host, port, database, ssl, sslnegotiation, application_name, options } =
      parseIntoClientConfig(parameters.address)
    const isSocket = host?.startsWith('/') === true
    return {
      ...(user && { user }),
      ...(password && { password }),
      ...((parameters.hostaddr ?? host) && { host: parameters.hostaddr ?? host }),
      ...(port !== undefined && { port }),
      ...((parameters.database ?? database) && { database: parameters.database ?? database }),
      // A socket needs no encryption, and servers do not offer it there.
      ...(isSocket ? { ssl: false } : ssl !== undefined && { ssl: withName(ssl, parameters.hostaddr && host) }),
      ...(sslnegotiation !== undefined && !isSocket && { sslnegotiation }),
      ...(application_name && { application_name }),
      ...(options && { options }),
      ...(parameters.bindsChannel && { enableChannelBinding: true }),
    }
  } catch (error) {
    // The parser's message may quote the address; the system's message about a file does not.
    const { code, path, syscall } = error as NodeJS.ErrnoException
    if (syscall === 'open' || syscall === 'read') {
      return fault(`a file that it names cannot be read: ${code} ${path}`, 'sslrootcert, sslcert and sslkey name files')
    }
    return fault(
      'it cannot be read',
      `write it as ${URL_FORM}; signs such as / # ? @ : % in a user or password are written %2F %23 %3F %40 %3A %25`,
    )
  }
}

/** If an IP address replaces the name, the certificate must still match the name. */
function withName(ssl: NonNullable<Server['ssl']>, name: string | undefined): NonNullable<Server['ssl']> {
  if (!name || ssl === false) return ssl
  return { ...(ssl === true ? {} : ssl), servername: name }
}

function labelOf(servers: readonly Server[]): string {
  const [first = {}] = servers
  const hosts = servers.map(({ host = process.env.PGHOST ?? 'localhost', port }) => {
    const name = host.includes(':') ? `[${host}]` : host
    return port === undefined ? name : `${name}:${port}`
  })
  const database = first.database ?? process.env.PGDATABASE ?? first.user ?? process.env.PGUSER ?? process.env.USER
  return `PostgreSQL store ${hosts.join(',')}/${database ?? ''}`
}

function shuffled<T>(list: readonly T[]): readonly T[] {
  return list
    .map((one) => ({ one, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)
}
