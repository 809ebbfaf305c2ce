/** The parts of fetch that both have: Node's own, and that of the library whose agent knows proxies. */
type Fetch = (
  url: string,
  init: {
    readonly method: string
    readonly headers: Record<string, string>
    readonly body?: string
    readonly redirect: 'manual'
    readonly signal: AbortSignal
  },
) => Promise<{
  readonly status: number
  readonly headers: Iterable<[string, string]>
  readonly body: AsyncIterable<Uint8Array> | null
}>

/** Of either case, the lower one first, as most programs read them. */
const VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'] as const

/** A proxy's variable that is not an address. */
export class ProxyFault extends Error {
  override readonly name = 'ProxyFault'
}

let made: { readonly about: string; readonly fetch: Fetch } | undefined

/**
 * What sends requests: Node's own fetch, and where a variable names a proxy, one that goes through it and leaves out what
 * NO_PROXY names. The library is loaded only then: nobody else waits for it. Throws ProxyFault.
 */
export async function currentFetch(): Promise<Fetch> {
  const { env } = process
  const named = VARIABLES.filter((name) => env[name])
  if (named.length === 0) return fetch
  const about = JSON.stringify([...named.map((name) => env[name]), env.no_proxy, env.NO_PROXY])
  if (made?.about === about) return made.fetch
  for (const name of named) checkAddress(name, env[name] ?? '')
  // By its default export: in the built program, a CommonJS library has no other.
  const { EnvHttpProxyAgent, fetch: throughProxy } = (await import('undici')).default
  // It reads the variables itself.
  const dispatcher = new EnvHttpProxyAgent()
  made = { about, fetch: (url, init) => throughProxy(url, { ...init, dispatcher }) }
  return made.fetch
}

/** Its value is never shown: it may hold a password. */
function checkAddress(name: string, value: string): void {
  const protocol = URL.canParse(value) ? new URL(value).protocol : ''
  if (protocol === 'http:' || protocol === 'https:') return
  throw new ProxyFault(`${name} is not the address of a proxy: write it as http://proxy.example.com:8080, or unset it`)
}
