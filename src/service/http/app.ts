import type { Duplex } from 'node:stream'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { ApiError, missing, notFound, rateLimited } from '../api-error.js'
import type { IdMaker } from '../ids.js'
import type { Metrics } from '../metrics.js'
import type { Caller, Service } from '../operations/call.js'
import { deploy } from '../operations/deployments.js'
import { flowState } from '../operations/flow-state.js'
import { once } from '../operations/idempotency.js'
import type { Limiter } from '../operations/limiter.js'
import { toErrorAnswer } from './answer-error.js'
import { apiVersionOf } from './api-version.js'
import { authenticate } from './authenticate.js'
import { authorise, type Needs } from './authorise.js'
import { MiB, V1_LIMIT, V2_LIMIT } from './body-limits.js'
import { expandOf } from './expand.js'
import { failedKeys } from './failed-keys.js'
import { decodeForm, decodeUtf8 } from './form.js'
import { type HealthOptions, healthRoutes } from './health.js'
import type { KeyUsage } from './key-usage.js'
import { type LogLine, logFaults, logLine } from './log.js'
import { optionsRoutes } from './methods.js'
import { openApiRoute } from './openapi-route.js'
import { pageRoutes } from './pages.js'
import { type AnyRoute, paramsOf, type ReadRoute, type WriteRoute } from './routes/route.js'
import { V1_ROUTES, V2_ROUTES } from './routes/routes.js'
import { DEPLOY, FLOW_STATE, SPECIAL_ROUTES } from './routes/whole-sets.js'

const JSON_TYPE = 'application/json; charset=utf-8'

export interface AppOptions {
  readonly service: Service
  readonly id: IdMaker
  readonly limiter: Limiter
  /** How many requests a key may make in a second; 0 for any number, and for any number of wrong keys. */
  readonly rateLimit: number
  readonly usage: Pick<KeyUsage, 'note'>
  readonly health: HealthOptions
  /** By default only faults of the service itself are logged, to stderr. */
  readonly log?: ((line: LogLine) => void) | undefined
  readonly metrics?: Metrics | undefined
  /** Addresses and ranges of proxies whose X-Forwarded-For is believed. */
  readonly trustProxy?: string | undefined
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
    keyTail: string | null
    failure: unknown
  }
  interface FastifyContextConfig {
    /** What the route asks of a key. */
    needs?: Needs
    /** It is asked all the time, by machines: a good answer is not worth a line in the log. */
    isProbe?: boolean
  }
}

/** The flows API over HTTP. Every route only reads the request, calls its operation and writes the answer. */
export function createApp(options: AppOptions): FastifyInstance {
  const { service, id, limiter, health, log = logFaults, metrics } = options
  const tell = (request: FastifyRequest, reply: FastifyReply) => {
    if (request.routeOptions.config?.isProbe && reply.statusCode === 200) return
    const line = logLine(request, reply)
    log(line)
    const { method, route, status } = line
    const limit = request.failure instanceof ApiError ? request.failure.limit : undefined
    if (limit !== undefined) metrics?.rateLimited(limit.scope)
    metrics?.requestEnded({ method, route, status, seconds: reply.elapsedTime / 1000 })
  }
  const app = Fastify({
    genReqId: () => id('req'),
    requestIdHeader: false,
    routerOptions: {
      // As long as a path can be: an id too long is an id that nothing has.
      maxParamLength: 1_000_000,
      // Queries are decoded as forms are.
      querystringParser: () => ({}),
    },
    // Hosts and expectations are checked below, so that the answers are those of the API.
    http: { requireHostHeader: false },
    exposeHeadRoutes: true,
    trustProxy: options.trustProxy ?? false,
    return503OnClosing: false,
    requestTimeout: 60_000,
    frameworkErrors: (error, request, reply) => {
      // No hook runs for these.
      reply.raw.once('finish', () => tell(request, reply))
      void sendError(reply.headers(alwaysSent(request)), error)
    },
    clientErrorHandler: (error, socket) => refuseConnection(socket, unreadable(error), id('req')),
  })
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.server.on('connect', (_request, socket) => refuseConnection(socket, NO_PROXY, id('req')))
  app.decorateRequest('caller')
  app.decorateRequest('keyTail', null)
  app.decorateRequest('failure')
  app.removeAllContentTypeParsers()
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(alwaysSent(request))
    checkHead(request)
    // Before the body is read: whatever was sent, the address is what is wrong.
    if (request.is404) throw unrecognised(request)
  })
  app.setErrorHandler(async (error, request, reply) => {
    request.failure = error
    return sendError(reply, isTooLarge(error) ? tooLarge(request) : error)
  })
  app.addHook('onSend', async (_request, reply) => {
    // Whoever keeps the connection open is told in time to send what follows elsewhere.
    if (health.isDraining()) reply.header('connection', 'close')
  })
  app.addHook('onResponse', async (request, reply) => tell(request, reply))
  healthRoutes(app, health)
  openApiRoute(app)
  optionsRoutes(app, [...V1_ROUTES, ...V2_ROUTES, ...SPECIAL_ROUTES])
  app.register(async (v1) => formRoutes(v1, options))
  app.register(async (v2) => jsonRoutes(v2, options))
  app.register(async (pages) => pageRoutes(pages, service, limiter))
  return app
}

function alwaysSent({ id }: FastifyRequest) {
  return { 'request-id': id, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
}

/** What HTTP itself asks of every request. */
function checkHead({ headers, raw }: FastifyRequest): void {
  if (headers.host === undefined && raw.httpVersion === '1.1') {
    throw new ApiError(400, { message: 'The request has no Host header, which HTTP/1.1 requires.' })
  }
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue') {
    throw new ApiError(417, { message: 'The only expectation that this server meets is 100-continue.' })
  }
}

function unrecognised(request: FastifyRequest): ApiError {
  const path = pathOf(request).slice(0, 200)
  return new ApiError(404, { message: `Unrecognized request URL (${request.method}: ${path}).` })
}

function isTooLarge(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'FST_ERR_CTP_BODY_TOO_LARGE'
}

function tooLarge(request: FastifyRequest): ApiError {
  const isV2 = pathOf(request).startsWith('/v2/')
  const limit = isV2 ? V2_LIMIT : V1_LIMIT
  const figures = `The request body is too large: the limit is ${limit / MiB} MiB (${limit} bytes).`
  const advice = isV2 ? 'Deploy fewer flows at once, in several deployments.' : 'Send shorter parameters.'
  return new ApiError(413, { code: 'parameter_invalid', message: `${figures} ${advice}` })
}

function formRoutes(app: FastifyInstance, options: AppOptions): void {
  const { service } = options
  requireKey(app, options)
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer', bodyLimit: V1_LIMIT },
    async ({ headers }: FastifyRequest, body: Buffer) => decodeForm(decodeUtf8(body, headers['content-type'])),
  )
  refuseOtherTypes(app, V1_LIMIT, 'application/x-www-form-urlencoded (JSON is for /v2 only)')
  addRoutes(app, service, V1_ROUTES)
}

function jsonRoutes(app: FastifyInstance, options: AppOptions): void {
  const { service } = options
  requireKey(app, options)
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: V2_LIMIT },
    async ({ headers }: FastifyRequest, body: Buffer) => decodeJson(decodeUtf8(body, headers['content-type'])),
  )
  refuseOtherTypes(app, V2_LIMIT, 'application/json')
  addRoutes(app, service, V2_ROUTES)

  app.get(FLOW_STATE.url, { config: { needs: FLOW_STATE } }, async (request, reply) => {
    refuseBody(request)
    const { project } = paramsOf({ shapes: { project: 'name' } }, queryOf(request)).params
    if (project === undefined) throw missing('project')
    const answer = await service.read(request.caller, (call) => flowState(call, project, knownTag(request)))
    reply.header('etag', answer.etag)
    if (answer.status === 'not_modified') return reply.code(304).send()
    return reply.type(JSON_TYPE).send(JSON.stringify(answer.state))
  })

  app.post(DEPLOY.url, { config: { needs: DEPLOY } }, async (request, reply) => {
    refuseQuery(request)
    const body = bodyOf(request)
    const deployment = await service.write(request.caller, (call) => deploy(call, body))
    return reply.type(JSON_TYPE).send(JSON.stringify(deployment))
  })
}

function addRoutes(app: FastifyInstance, service: Service, routes: readonly AnyRoute[]): void {
  for (const route of routes) {
    if (route.method === 'GET') readRoute(app, service, route)
    else writeRoute(app, service, route)
  }
}

function readRoute(app: FastifyInstance, service: Service, route: ReadRoute): void {
  app.get(route.url, { config: { needs: route } }, async (request, reply) => {
    refuseBody(request)
    const { params, expand } = paramsOf(route, queryOf(request))
    const expanded = expandOf(expand, route)
    const id = idOf(request)
    const answer = await service.read(request.caller, (call) => route.run(call, params, id, expanded))
    return reply.type(JSON_TYPE).send(toText(answer))
  })
}

function writeRoute(app: FastifyInstance, service: Service, route: WriteRoute): void {
  const { method, url } = route
  app.route({
    method,
    url,
    config: { needs: route },
    handler: async (request, reply) => {
      // Stripe's clients send the parameters of a DELETE as those of a GET.
      if (method === 'DELETE') refuseBody(request)
      else refuseQuery(request)
      const { params, expand } = paramsOf(route, method === 'DELETE' ? queryOf(request) : bodyOf(request))
      const expanded = expandOf(expand, route)
      const id = idOf(request)
      // With a DELETE the key means nothing: what is gone is gone.
      const key = method === 'DELETE' ? undefined : request.headers['idempotency-key']?.toString()
      const idempotent = { key, method, path: pathOf(request), params: { ...params, expand } }
      // What is shown once stands in no stored answer.
      let whole: unknown
      const answer = await once(
        service,
        request.caller,
        idempotent,
        async (call) => {
          const result = await route.run(call, params, id, expanded)
          whole = result
          return result
        },
        (result) => toText(without(result, route.shownOnce)),
      )
      const body = route.shownOnce === undefined || answer.replayed ? answer.body : toText(whole)
      if (key !== undefined) reply.header('idempotency-key', key)
      if (answer.replayed) reply.header('idempotent-replayed', 'true')
      return reply.code(answer.status).type(JSON_TYPE).send(body)
    },
  })
}

function without(result: unknown, members: readonly string[] = []): unknown {
  if (members.length === 0) return result
  return Object.fromEntries(Object.entries(result as object).filter(([name]) => !members.includes(name)))
}

/** Whatever is asked below it: who asks, whether not too often, whether they may, and in which version. */
function requireKey(app: FastifyInstance, { service, limiter, rateLimit, usage }: AppOptions): void {
  const failures = failedKeys()
  const authenticated = async (request: FastifyRequest) => {
    try {
      return await authenticate(service, request.headers.authorization)
    } catch (error) {
      if (rateLimit === 0 || !(error instanceof ApiError && error.status === 401)) throw error
      const retryAfter = failures.count(request.ip)
      if (retryAfter === null) throw error
      const message = 'Too many requests without a valid API key from this address.'
      throw rateLimited(message, { scope: 'address', retryAfter, isWorthRetry: false })
    }
  }

  app.addHook('onRequest', async (request, reply) => {
    const { needs } = request.routeOptions.config
    if (needs === undefined) throw new Error('a route does not say what it asks of a key')
    const { caller, keyId, tail, unmarked } = await authenticated(request)
    request.keyTail = tail
    request.caller = caller
    if (unmarked !== null) usage.note(keyId, unmarked)
    if (rateLimit > 0) {
      const permit = await limiter.take(`key:${keyId}`, 1, rateLimit)
      if (!permit.ok) {
        const message = `Too many requests with this API key: the limit is ${rateLimit} a second.`
        throw rateLimited(message, { scope: 'key', retryAfter: permit.retryAfter, isWorthRetry: true })
      }
    }
    authorise(caller, needs)
    const apiVersion = apiVersionOf(request.headers['stripe-version'])
    if (apiVersion !== undefined) reply.header('stripe-version', apiVersion)
    // What happens because of this request is told with it.
    const idempotencyKey = request.headers['idempotency-key']?.toString() ?? null
    request.caller = { ...caller, request: { id: request.id, idempotency_key: idempotencyKey }, apiVersion }
  })
}

function refuseOtherTypes(app: FastifyInstance, bodyLimit: number, wanted: string): void {
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit }, async (request: FastifyRequest, body: string) => {
    if (body === '') return undefined
    const given = request.headers['content-type']?.slice(0, 100) ?? 'none'
    const message = `Invalid Content-Type: ${given}. Send the parameters as ${wanted}.`
    throw new ApiError(400, { code: 'parameter_invalid', message })
  })
}

function bodyOf({ body }: FastifyRequest): Record<string, unknown> {
  return (body ?? {}) as Record<string, unknown>
}

function queryOf({ url }: FastifyRequest): Record<string, unknown> {
  const mark = url.indexOf('?')
  const query = mark < 0 ? '' : url.slice(mark + 1)
  // Bytes beyond ASCII arrive as other characters than those that were meant.
  if (/[^\x21-\x7e]/.test(query)) {
    throw new ApiError(400, { code: 'parameter_invalid', message: 'Invalid query: it must be percent-encoded.' })
  }
  return decodeForm(query)
}

/** A guard such as expected_version must not vanish because it was sent in the wrong place. */
function refuseQuery(request: FastifyRequest): void {
  const [name] = Object.keys(queryOf(request))
  if (name === undefined) return
  const message = `Received unknown parameter in the query string: ${name}. The parameters of a POST go in its body.`
  throw new ApiError(400, { code: 'parameter_unknown', param: name, message })
}

/** The body of a GET or DELETE is never read, so nothing in it can be named. */
function refuseBody({ headers, method }: FastifyRequest): void {
  if (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0) return
  const message = `Received a body with a ${method}. The parameters of a ${method} go in its query string.`
  throw new ApiError(400, { code: 'parameter_unknown', message })
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? ''
}

function idOf({ params }: FastifyRequest): string {
  const { id = '' } = params as { id?: string }
  if (id.includes('\0')) throw notFound('object', id.replaceAll('\0', ''))
  return id
}

/** A proxy that compresses answers marks their tags as weak; for GET that makes no difference (RFC 9110, 13.1.2). */
function knownTag({ headers }: FastifyRequest): string | undefined {
  return headers['if-none-match']?.replace(/^W\//, '')
}

function decodeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiError(400, { code: 'parameter_invalid', message: 'Invalid body: it is not JSON.' })
  }
}

/** Indented, as people read it who call with curl. */
function toText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  const { status, headers, body } = toErrorAnswer(error)
  return reply.code(status).headers(headers).type(JSON_TYPE).send(toText(body))
}

interface ConnectionRefusal {
  readonly status: string
  readonly message: string
}

const NO_PROXY: ConnectionRefusal = { status: '405 Method Not Allowed', message: 'This server is no proxy.' }

/** The answer to what is not HTTP, or too large a head. */
function unreadable({ code }: Error & { code?: string }): ConnectionRefusal {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return { status: '431 Request Header Fields Too Large', message: 'The head of the request is too large.' }
  }
  return { status: '400 Bad Request', message: 'The request cannot be read as HTTP.' }
}

/** Answers where the framework has no reply to answer with, and hangs up. */
function refuseConnection(socket: Duplex, { status, message }: ConnectionRefusal, requestId: string): void {
  const body = toText({ error: { type: 'invalid_request_error', message } })
  const head = [`HTTP/1.1 ${status}`, `Content-Type: ${JSON_TYPE}`, `Request-Id: ${requestId}`, 'Connection: close']
  socket.on('error', () => {})
  socket.end(`${head.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, () =>
    socket.destroy(),
  )
}
