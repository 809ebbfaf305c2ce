/** The common part of two fetches: Node's own, and that of the library whose agent knows proxies. */
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

/** Lower case first, as in most programs. Requests over HTTPS use all of these, others only the last two. */
const VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'] as const

type Variable = (typeof VARIABLES)[number]

/** The variable for a proxy is not an address. */
export class ProxyFault extends Error {
  override readonly name = 'ProxyFault'
}

/** A proxy that does not let a request through. */
export class ProxyFailure extends Error {
  override readonly name = 'ProxyFailure'
  /** The HTTP status of its refusal; undefined if it gave no answer, and `cause` says why. */
  readonly refusal: number | undefined

  /** `proxy` says which proxy, without user and password. */
  constructor(proxy: string, { refusal, cause }: { readonly refusal?: number | undefined; readonly cause?: unknown }) {
    super(`the proxy ${proxy}`, { cause })
    this.refusal = refusal
  }
}

/** There is no way through a proxy. The code that began the request knows which variable named the proxy. */
class NoTunnel extends Error {
  override readonly name = 'NoTunnel'
  readonly refusal: number | undefined

  constructor({ refusal, cause }: { readonly refusal?: number; readonly cause?: unknown }) {
    super('no tunnel', { cause })
    this.refusal = refusal
  }
}

let made: { readonly about: string; readonly fetch: Fetch } | undefined

/**
 * The fetch to use: Node's own, or, if a variable names a proxy, one that goes through it except for hosts in NO_PROXY.
 * The library is loaded only then, so others do not wait for it. Throws ProxyFault. The returned fetch rejects with
 * ProxyFailure if the proxy is at fault.
 */
export async function currentFetch(): Promise<Fetch> {
  const { env } = process
  const named = VARIABLES.filter((name) => env[name])
  if (named.length === 0) return fetch
  const about = JSON.stringify([...named.map((name) => [name, env[name]]), env.no_proxy, env.NO_PROXY])
  if (made?.about === about) return made.fetch
  for (const name of named) checkAddress(name, env[name] ?? '')
  made = { about, fetch: await throughProxies() }
  return made.fetch
}

async function throughProxies(): Promise<Fetch> {
  // Use the default export: in the built program, a CommonJS library has no other.
  const { EnvHttpProxyAgent, Pool, fetch: send } = (await import('undici')).default
  /** Destinations of tunnels that a proxy was asked for, and has neither opened nor refused. */
  const awaited: string[] = []
  // The agent reads the variables itself.
  const dispatcher = new EnvHttpProxyAgent({
    clientFactory: (proxy, options) => {
      const pool = new Pool(proxy, options)
      const ask = pool.connect.bind(pool)
      return Object.assign(pool, {
        async connect(asked: Parameters<typeof ask>[0]) {
          awaited.push(asked.path)
          try {
            const tunnel = await ask(asked)
            if (tunnel.statusCode === 200) return tunnel
            tunnel.socket.on('error', () => {}).destroy()
            throw new NoTunnel({ refusal: tunnel.statusCode })
          } catch (error) {
            throw error instanceof NoTunnel ? error : new NoTunnel({ cause: error })
          } finally {
            awaited.splice(awaited.indexOf(asked.path), 1)
          }
        },
      })
    },
  })
  return async (url, init) => {
    try {
      return await send(url, { ...init, dispatcher })
    } catch (fault) {
      const none = noTunnel(fault)
      if (none !== undefined) throw new ProxyFailure(proxyFor(url), none)
      if (awaited.includes(authorityOf(url))) throw new ProxyFailure(proxyFor(url), { cause: fault })
      throw fault
    }
  }
}

function noTunnel(fault: unknown): NoTunnel | undefined {
  if (fault instanceof NoTunnel) return fault
  return fault instanceof Error ? noTunnel(fault.cause) : undefined
}

/** Host and port, as in a request to a proxy. */
function authorityOf(url: string): string {
  const { protocol, host, port } = new URL(url)
  return port === '' ? `${host}:${defaultPort(protocol)}` : host
}

/** Host and port of the proxy on the way to `url`, and the variable that names it. */
function proxyFor(url: string): string {
  const names: readonly Variable[] = VARIABLES.slice(new URL(url).protocol === 'https:' ? 0 : 2)
  const name = names.find((one) => process.env[one])
  return name === undefined ? 'that was named' : `${authorityOf(process.env[name] ?? '')} (${name})`
}

function defaultPort(protocol: string): number {
  return protocol === 'https:' ? 443 : 80
}

/** Never shows the value: it may contain a password. */
function checkAddress(name: string, value: string): void {
  const protocol = URL.canParse(value) ? new URL(value).protocol : ''
  if (protocol === 'http:' || protocol === 'https:') return
  throw new ProxyFault(`${name} is not the address of a proxy: write it as http://proxy.example.com:8080, or unset it`)
}
