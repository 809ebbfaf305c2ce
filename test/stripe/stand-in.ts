import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import Stripe from 'stripe'
import { Acts } from './acts.js'
import { type Clock, REAL_CLOCK } from './clock.js'
import { type Fault, Faults } from './faults.js'
import { decodeForm } from './form.js'
import { type Answer, Idempotency } from './idempotency.js'
import { checkPermission, type Key, Keys } from './keys.js'
import { Limits, rateLimited } from './limits.js'
import { aRandom, letters, type Random } from './random.js'
import { Refusal } from './refusal.js'
import { type Matched, routeOf, valuesOf } from './routes.js'
import { World } from './world.js'

export interface StandInOptions {
  /** By default the real time. A test may set its own. */
  readonly clock?: Clock
  /** Of ids and secrets: the same seed makes the same ones. */
  readonly seed?: number
}

/** A request as it came, and what became of it. */
export interface Seen {
  readonly method: string
  readonly path: string
  /** "POST /v1/identity/verification_sessions/:session/cancel". */
  readonly endpoint: string
  /** Query and body as they were sent. */
  readonly sent: string
  readonly headers: IncomingMessage['headers']
  readonly requestId: string
  fault: Fault | undefined
  /** Undefined until it is answered. */
  status: number | undefined
}

const VERSION = /^\d{4}-\d{2}-\d{2}(\.[a-z][a-z0-9_]*)?(; *[a-z][a-z0-9_]*=v\d+)*$/
const MOST_REMEMBERED = 10_000

/**
 * Stripe's side of Stripe Identity, as far as its documentation goes: one account with both modes, which the official
 * client talks to over HTTP. It is strict where a rule is documented. Where Stripe's behaviour is not known, the code
 * says "unverified against the live API".
 */
export class StripeStandIn {
  readonly faults = new Faults()
  readonly limits: Limits
  readonly keys: Keys
  readonly test: World
  readonly live: World
  /** The last requests, the oldest first. */
  readonly seen: Seen[] = []
  readonly #random: Random
  readonly #clock: Clock
  readonly #idempotency: Idempotency
  readonly #server = createServer((request, response) => void this.#serve(request, response))

  private constructor({ clock = REAL_CLOCK, seed = 1 }: StandInOptions) {
    this.#random = aRandom(seed)
    this.#clock = clock
    this.limits = new Limits(clock)
    this.keys = new Keys(this.#random)
    this.test = new World(false, clock, this.#random)
    this.live = new World(true, clock, this.#random)
    this.#idempotency = new Idempotency(clock)
  }

  /** Listens on a free port of this machine, until `close`. */
  static async start(options: StandInOptions = {}): Promise<StripeStandIn> {
    const standIn = new StripeStandIn(options)
    await new Promise<void>((resolve) => standIn.#server.listen(0, '127.0.0.1', resolve))
    return standIn
  }

  async close(): Promise<void> {
    this.faults.none()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** For STRIPE_API_BASE. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** The official client of this account; by default with the secret key of the test mode. */
  client(key: string = this.keys.test, config: Partial<Stripe.StripeConfig> = {}): Stripe {
    return new Stripe(key, { host: '127.0.0.1', port: this.port, protocol: 'http', telemetry: false, ...config })
  }

  /** What happens in a mode by no request. */
  acts(mode: 'test' | 'live' = 'test'): Acts {
    return new Acts(this[mode])
  }

  /** How many requests came to an endpoint. */
  calls(endpoint: string): number {
    return this.limits.calls.get(endpoint) ?? 0
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = `req_${letters(this.#random, 14)}`
    const { method = 'GET', headers } = request
    const { pathname: path, search } = new URL(request.url ?? '/', 'http://stripe')
    const body = await bodyOf(request).catch(() => undefined)
    if (body === undefined) return
    const seen: Seen = {
      method,
      path,
      endpoint: endpointOf(method, path),
      sent: `${search}${body}`,
      headers,
      requestId,
      fault: undefined,
      status: undefined,
    }
    this.#remember(seen)
    seen.fault = this.faults.of(seen.endpoint)
    if (seen.fault === 'reset-before') return void request.socket.destroy()
    if (seen.fault === 'silent-before') return
    if (seen.fault === 'unavailable') return unavailable(seen, response)
    const answer = await this.#answer(seen, [search.slice(1), body])
    if (seen.fault === 'reset-after') return void request.socket.destroy()
    if (seen.fault === 'silent-after') return
    if (seen.fault === 'slow') await sleep(this.faults.delay)
    if (seen.fault === 'held') await this.faults.released
    this.#send(seen, answer, response)
  }

  #remember(seen: Seen): void {
    this.seen.push(seen)
    if (this.seen.length > MOST_REMEMBERED) this.seen.shift()
  }

  async #answer(seen: Seen, texts: readonly string[]): Promise<Answered> {
    try {
      return await this.#do(seen, texts)
    } catch (error) {
      if (error instanceof Refusal) return refused(error)
      // A fault of the stand-in itself; a test that meets it has to fail, and to say why.
      console.error(error)
      return { status: 500, body: { error: { type: 'api_error', message: `the stand-in has a fault: ${error}` } } }
    }
  }

  /** The limiter comes before the keys of idempotent requests, as documented; what is not valid is never remembered. */
  async #do(seen: Seen, texts: readonly string[]): Promise<Answered> {
    const key = this.keys.ofHeader(seen.headers.authorization, this.#clock.now)
    this.limits.count(seen.endpoint, key.livemode)
    if (seen.fault === 'rate-limited') throw rateLimited('global-rate')
    if (seen.fault === 'locked') throw locked()
    checkHeaders(seen.headers)
    const matched = routeOf(seen.method, seen.path)
    checkKey(key, matched)
    const given = decodeForm(...texts)
    const { values, expand } = valuesOf(matched.route, given)
    const idempotencyKey = seen.method === 'POST' ? textOf(seen.headers['idempotency-key']) : undefined
    const world = key.livemode ? this.live : this.test
    const call = {
      world,
      keys: this.keys,
      key,
      id: matched.id,
      values,
      expand,
      apiVersion: textOf(seen.headers['stripe-version']),
      cause: { id: seen.requestId, idempotency_key: idempotencyKey ?? null },
    }
    if (idempotencyKey === undefined) return this.#execute(seen, () => matched.route.answer(call))
    const asked = JSON.stringify([seen.method, seen.path, given])
    const before = this.#idempotency.begin(world.mode, idempotencyKey, asked)
    const echo = { 'idempotency-key': idempotencyKey }
    if (before !== undefined) return { ...before, headers: { ...echo, 'idempotent-replayed': 'true' } }
    if (seen.fault === 'stuck') await this.faults.released
    const answer = this.#execute(seen, () => matched.route.answer(call))
    // As it was: what is answered again must not follow the session.
    this.#idempotency.end(world.mode, idempotencyKey, { status: answer.status, body: structuredClone(answer.body) })
    return { ...answer, headers: { ...answer.headers, ...echo } }
  }

  #execute({ fault }: Seen, answer: () => unknown): Answered {
    if (fault === 'failed') return failed()
    try {
      const body = answer()
      return fault === 'failed-after' ? failed() : { status: 200, body }
    } catch (error) {
      if (error instanceof Refusal) return refused(error)
      throw error
    }
  }

  #send(seen: Seen, { status, body, headers }: Answered, response: ServerResponse): void {
    seen.status = status
    const version = textOf(seen.headers['stripe-version'])
    response.writeHead(status, {
      'content-type': 'application/json',
      'request-id': seen.requestId,
      ...(version !== undefined && { 'stripe-version': version }),
      ...headers,
    })
    response.end(`${JSON.stringify(status < 400 ? body : explained(body, seen.requestId))}\n`)
  }
}

interface Answered extends Answer {
  readonly headers?: Readonly<Record<string, string>>
}

function endpointOf(method: string, path: string): string {
  try {
    const { route } = routeOf(method, path)
    return `${route.method} ${route.path}`
  } catch {
    return `${method} (none)`
  }
}

function checkKey(key: Key, { route: { method, path, resource } }: Matched): void {
  if (key.session !== undefined && !(method === 'GET' && path.endsWith('/:session'))) {
    throw new Refusal(403, { message: 'This key reads one session, and nothing else.' })
  }
  checkPermission(key, resource, method === 'GET' ? 'read' : 'write')
}

function checkHeaders(headers: IncomingMessage['headers']): void {
  const version = textOf(headers['stripe-version'])
  if (version !== undefined && !VERSION.test(version)) {
    throw new Refusal(400, { message: `Invalid Stripe API version: ${version}` })
  }
  if (headers['stripe-account'] !== undefined) {
    throw new Refusal(403, { message: 'Only Stripe Connect platforms can work with other accounts.' })
  }
  const type = headers['content-type']
  // Unverified against the live API: that other types are refused.
  if (type !== undefined && !type.startsWith('application/x-www-form-urlencoded')) {
    throw new Refusal(400, { message: `Invalid request (content type ${type}).` })
  }
}

function refused({ status, body, headers }: Refusal): Answered {
  return { status, body: { error: { type: 'invalid_request_error', ...body } }, headers }
}

function failed(): Answered {
  return { status: 500, body: { error: { type: 'api_error', message: 'Something went wrong at Stripe.' } } }
}

function locked(): Refusal {
  return new Refusal(429, { code: 'lock_timeout', message: 'This object cannot be accessed right now.' })
}

function unavailable(seen: Seen, response: ServerResponse): void {
  seen.status = 503
  response.writeHead(503, { 'content-type': 'text/html' })
  response.end('<html><body><h1>503 Service Unavailable</h1></body></html>')
}

/** Errors with a code say where it is explained, and each says where its request is logged. */
function explained(body: unknown, requestId: string): unknown {
  const { error } = body as { error: { code?: string } }
  const docs = error.code !== undefined && {
    doc_url: `https://stripe.com/docs/error-codes/${error.code.replaceAll('_', '-')}`,
  }
  return { error: { ...error, ...docs, request_log_url: `https://dashboard.stripe.com/logs/${requestId}` } }
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  return body
}
