import { onTestFinished } from 'vitest'
import type { LogLine } from '../../src/service/http/server/log.js'
import { type ServerOptions, startServer } from '../../src/service/http/server.js'
import { type Caller, type Service, service } from '../../src/service/operations/calls/call.js'
import { localUser } from '../../src/service/operations/calls/principal.js'
import { createKey } from '../../src/service/operations/keys/keys.js'
import type { Store } from '../../src/store/store.js'
import { type Implementation, type Place, sqlite } from '../store/stores.js'

export const TESTER: Caller = { livemode: false, principal: localUser('tester') }

/** A clock that stands still until it is set. */
export interface Clock {
  now: number
}

export interface Serving {
  readonly service: Service
  readonly store: Store
  /** Where the store is, and how to open it once more, as another process does. */
  readonly place: Place
  readonly clock: Clock
}

/** Operations over a new store, until the test ends. */
export async function aService(implementation: Implementation = sqlite): Promise<Serving> {
  const place = await implementation.made()
  const store = await place.open()
  const clock = { now: 1_790_000_000 }
  return { service: service({ store, now: () => clock.now }), store, place, clock }
}

export interface Served extends Serving {
  readonly url: string
  /** Keys of the two modes. */
  readonly key: string
  readonly liveKey: string
  readonly log: LogLine[]
  /** Sends a request with the key of the test mode and reads the JSON. */
  call(method: string, path: string, options?: CallOptions): Promise<Called>
}

interface CallOptions {
  /** As a form; over /v2 as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly key?: string
}

export interface Called {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks at, it checks.
  readonly body: any
}

export interface ServedOptions
  extends Partial<
    Pick<
      ServerOptions,
      | 'verifiers'
      | 'publicUrl'
      | 'now'
      | 'processing'
      | 'webhookAllow'
      | 'apiVersion'
      | 'rateLimit'
      | 'trustProxy'
      | 'metrics'
      | 'waiting'
      | 'dashboard'
      | 'auditDays'
      | 'pages'
    >
  > {
  /** By default SQLite. */
  readonly implementation?: Implementation
}

/** The flows API on a free port, until the test ends. */
export async function served({ implementation, ...options }: ServedOptions = {}): Promise<Served> {
  const parts = await aService(implementation)
  const { store, clock } = parts
  const log: LogLine[] = []
  const server = await startServer({
    store,
    host: '127.0.0.1',
    port: 0,
    now: () => clock.now,
    log: (line) => log.push(line),
    // A test that counts says so.
    rateLimit: 0,
    ...options,
  })
  onTestFinished(() => server.close())
  const { secret: key } = await parts.service.write(TESTER, (call) => createKey(call, { mode: 'test', name: 'ci' }))
  const live = await parts.service.write(TESTER, (call) => createKey(call, { mode: 'live', name: 'live-ci' }))
  return {
    ...parts,
    url: server.url,
    key,
    liveKey: live.secret,
    log,
    call: (method, path, more = {}) => call(server.url, method, path, { key, ...more }),
  }
}

async function call(url: string, method: string, path: string, { body, headers, key }: CallOptions): Promise<Called> {
  const isJson = path.startsWith('/v2')
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body !== undefined && { 'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : isJson ? JSON.stringify(body) : form(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}

/** Members with brackets, as Stripe's clients write them. */
function form(body: unknown): string {
  return flat(body, '')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&')
}

function flat(value: unknown, path: string): [string, string][] {
  if (value === null) return [[path, '']]
  if (typeof value !== 'object') return [[path, String(value)]]
  return Object.entries(value as object).flatMap(([name, inner]) =>
    flat(inner, path === '' ? name : `${path}[${name}]`),
  )
}
