import { Resolver } from 'node:dns/promises'
import { readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { isLocalhost } from '../operations/webhooks/webhook-targets.js'

export interface Address {
  readonly address: string
  readonly family: number
}

/** Every address of a name. Rejects with the code of the failure; ends at once when the signal aborts. */
export type Lookup = (hostname: string, signal: AbortSignal) => Promise<readonly Address[]>

export interface LookupOptions {
  /** "192.0.2.1:53"; by default the system's servers. */
  readonly servers?: readonly string[] | undefined
  readonly hostsFile?: string | undefined
  readonly resolverFile?: string | undefined
}

/** The time limit for one question to one server, in milliseconds, and how often it is asked. */
const TIMEOUT = 2_000
const TRIES = 2
/** How long to wait for the other family's addresses once one family has answered, in milliseconds. */
const GRACE = 500
const LOOPBACK: readonly Address[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

/**
 * Looks up names as the system does: hosts file, search domains, name servers. It does not use the system's own
 * function: that blocks one of the few threads of the process until a name server answers, and cannot be canceled. A
 * few names with silent servers would then delay every other lookup, even the database's.
 */
export function systemLookup({
  servers,
  hostsFile = '/etc/hosts',
  resolverFile = '/etc/resolv.conf',
}: LookupOptions = {}): Lookup {
  const hosts = remembered(hostsFile, parseHosts)
  const search = remembered(resolverFile, parseSearch)
  return async (hostname, signal) => {
    const listed = hosts().get(hostname.toLowerCase().replace(/\.$/, ''))
    if (listed !== undefined) return listed
    if (isLocalhost(hostname)) return LOOPBACK
    let failure: unknown
    for (const name of candidates(hostname, search())) {
      try {
        return await ask(name, servers, signal)
      } catch (error) {
        failure ??= error
        // If a server does not answer for one name, it would not answer for the next either.
        if (signal.aborted || !isAbsent(error)) throw error
      }
    }
    throw failure
  }
}

/** A resolver of its own for each name: canceling it cancels nothing else. */
async function ask(
  name: string,
  servers: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<readonly Address[]> {
  const resolver = new Resolver({ timeout: TIMEOUT, tries: TRIES })
  if (servers !== undefined) resolver.setServers(servers)
  const cancel = () => resolver.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  const found: Address[] = []
  const of = async (family: number, answer: Promise<string[]>) => {
    found.push(...(await answer).map((address) => ({ address, family })))
  }
  const asked = [of(4, resolver.resolve4(name)), of(6, resolver.resolve6(name))]
  try {
    const one = Promise.any(asked).then(
      () => sleep(GRACE, undefined, { ref: false }),
      () => {},
    )
    await Promise.race([Promise.allSettled(asked), one])
    if (found.length > 0) return [...found].sort((a, b) => a.family - b.family)
    // A failed question says more than "no address of this family", so that error is preferred.
    const failures = (await Promise.allSettled(asked)).map((result) => 'reason' in result && result.reason)
    throw failures.find((error) => !isAbsent(error)) ?? failures[0]
  } finally {
    signal.removeEventListener('abort', cancel)
    resolver.cancel()
  }
}

/** The server has answered: the name does not exist, or has no address of this kind. */
function isAbsent(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return code === 'ENOTFOUND' || code === 'ENODATA'
}

interface Search {
  readonly domains: readonly string[]
  /** A name with at least this many dots is first tried unchanged (ndots). */
  readonly dots: number
}

function candidates(hostname: string, { domains, dots }: Search): string[] {
  if (hostname.endsWith('.')) return [hostname.slice(0, -1)]
  const others = domains.map((domain) => `${hostname}.${domain}`)
  return hostname.split('.').length > dots ? [hostname, ...others] : [...others, hostname]
}

/** The parsed content of a file, read again when the file has changed. An unreadable file counts as empty. */
function remembered<T>(file: string, parse: (text: string) => T): () => T {
  let known = { stamp: '', value: parse('') }
  return () => {
    try {
      const { mtimeMs, size, ino } = statSync(file)
      const stamp = [mtimeMs, size, ino].join()
      if (stamp !== known.stamp) known = { stamp, value: parse(readFileSync(file, 'utf8')) }
      return known.value
    } catch {
      return parse('')
    }
  }
}

function parseHosts(text: string): ReadonlyMap<string, readonly Address[]> {
  const hosts = new Map<string, Address[]>()
  for (const [address = '', ...names] of wordsOf(text)) {
    const family = isIP(address)
    if (family === 0) continue
    for (const name of names)
      hosts.set(name.toLowerCase(), [...(hosts.get(name.toLowerCase()) ?? []), { address, family }])
  }
  return hosts
}

/** As in resolv.conf(5), the last "search" or "domain" counts. */
function parseSearch(text: string): Search {
  let search: Search = { domains: [], dots: 1 }
  for (const [word, ...rest] of wordsOf(text)) {
    if (word === 'search' || word === 'domain') {
      search = { ...search, domains: rest.map((domain) => domain.replace(/\.$/, '')).filter((domain) => domain !== '') }
    }
    const dots = word === 'options' ? rest.find((option) => /^ndots:\d{1,2}$/.test(option)) : undefined
    if (dots !== undefined) search = { ...search, dots: Math.min(Number(dots.slice('ndots:'.length)), 15) }
  }
  return search
}

function wordsOf(text: string): string[][] {
  return text.split('\n').map((line) =>
    line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/),
  )
}
