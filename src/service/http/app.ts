import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { V1_LIMIT, V2_LIMIT } from '../api/limits.js'
import { ROUTES } from '../api/routes.js'
import { ApiError } from '../api-error.js'
import { WAITING } from '../waiting.js'
import { sendError } from './answers/answer.js'
import { tooLarge } from './answers/too-large.js'
import { formRoutes, jsonRoutes } from './api-routes.js'
import type { AppOptions } from './app-options.js'
import { dashboardRoutes } from './dashboard/dashboard.js'
import { optionsRoutes } from './methods.js'
import { openApiRoute } from './openapi-route.js'
import { PLAIN_PAGES } from './pages/looks.js'
import { ERRORS_PATH, pageRoutes } from './pages/pages.js'
import { hasBody, pathOf } from './requests/request.js'
import { healthRoutes } from './server/health.js'
import { logFaults, logLine } from './server/log.js'
import { NO_PROXY, refuseConnection, refuseUnreadable } from './server/refuse-connection.js'
import { verifierWebhooks } from './verifier-webhooks.js'

/** The flows API over HTTP. Every route only reads the request, calls its operation and writes the answer. */
export function createApp(options: AppOptions): FastifyInstance {
  const { service, id, health, log, metrics, waiting = WAITING } = options
  const tell = (request: FastifyRequest, reply: FastifyReply) => {
    if (request.routeOptions.config?.isProbe && reply.statusCode === 200) return
    // Without a log only failures are told, so the line of a request that went well is not made.
    if (log !== undefined || request.failure !== undefined) (log ?? logFaults)(logLine(request, reply))
    if (metrics === undefined) return
    const limit = request.failure instanceof ApiError ? request.failure.limit : undefined
    if (limit !== undefined) metrics.rateLimited(limit.scope)
    const { method, routeOptions } = request
    const seconds = reply.elapsedTime / 1000
    metrics.requestEnded({ method, route: routeOptions.url ?? null, status: reply.statusCode, seconds })
  }
  const app = Fastify({
    genReqId: () => id('req'),
    requestIdHeader: false,
    routerOptions: {
      // Longer than any path: an id that is too long is then simply not found.
      maxParamLength: 1_000_000,
      // Queries are decoded later, like forms.
      querystringParser: () => ({}),
    },
    // Host and Expect are checked below, so that errors have the API's form.
    http: { ...waiting, requireHostHeader: false },
    // As at Stripe, addresses of the API may end with a slash. Pages may not: they contain relative addresses.
    rewriteUrl: ({ url = '/' }) => url.replace(/^(\/v[12]\/[^?]*[^/?])\/(?=\?|$)/, '$1'),
    exposeHeadRoutes: true,
    trustProxy: options.trustProxy ?? false,
    return503OnClosing: false,
    requestTimeout: waiting.requestTimeout,
    connectionTimeout: waiting.connectionTimeout,
    frameworkErrors: (error, request, reply) => {
      // The framework runs no hooks for these errors.
      reply.raw.once('finish', () => tell(request, reply))
      void sendError(reply.headers(alwaysSent(request, options.apiVersion)), error)
    },
    clientErrorHandler: (error, socket) => refuseUnreadable(socket, error, id('req')),
  })
  // A client that says that it sends no more still waits for its answer. By default it gets none.
  Object.assign(app.server, { httpAllowHalfOpen: true })
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.server.on('connect', (_request, socket) => refuseConnection(socket, NO_PROXY, id('req')))
  app.decorate('docUrlOf', (code) => `${options.publicUrl()}${ERRORS_PATH}#${code}`)
  app.decorateRequest('caller')
  app.decorateRequest('keyTail', null)
  app.decorateRequest('failure')
  app.removeAllContentTypeParsers()
  // Hooks that wait for nothing are plain functions: every request would pay for a promise.
  app.addHook('onRequest', (request, reply, done) => {
    if (options.trustProxy !== undefined) forgetPorts(request)
    reply.headers(alwaysSent(request, options.apiVersion))
    checkHead(request)
    refuseEncoded(request)
    // Before the body is read: if the address is wrong, the body does not matter.
    if (request.is404) throw unrecognised(request)
    done()
  })
  app.setErrorHandler(async (error, request, reply) => {
    request.failure = error
    return sendError(reply, isTooLarge(error) ? tooLarge(limitOf(request)) : error)
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // Clients with an open connection learn early that they should send later requests elsewhere.
    if (health.isDraining()) reply.header('connection', 'close')
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    tell(request, reply)
    done()
  })
  healthRoutes(app, health)
  openApiRoute(app)
  optionsRoutes(app, ROUTES)
  app.register(async (v1) => formRoutes(v1, options))
  app.register(async (v2) => jsonRoutes(v2, options))
  app.register(async (pages) => pageRoutes(pages, service, { ...options, pages: options.pages ?? PLAIN_PAGES }))
  const { dashboard } = options
  if (dashboard !== undefined) {
    app.register(async (pages) => dashboardRoutes(pages, options, dashboard), {
      prefix: '/dashboard',
    })
  }
  app.register(async (webhooks) => verifierWebhooks(webhooks, service))
  return app
}

/** The headers of every answer, errors too. If a request to the API names a version, that one replaces the default. */
function alwaysSent(request: FastifyRequest, apiVersion: string) {
  const version = /^\/v[12]\//.test(pathOf(request)) ? { 'stripe-version': apiVersion } : {}
  return { 'request-id': request.id, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...version }
}

/** What HTTP itself requires of every request. */
function checkHead({ headers, raw }: FastifyRequest): void {
  if (headers.host === undefined && raw.httpVersion === '1.1') {
    throw new ApiError(400, { message: 'The request has no Host header, which HTTP/1.1 requires.' })
  }
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue') {
    throw new ApiError(417, { message: 'The only expectation that this server meets is 100-continue.' })
  }
}

/** Nothing here decompresses: a small body can become a huge one. Taken as it is, it would be read as garbage. */
function refuseEncoded(request: FastifyRequest): void {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? ''
  if (encoding === '' || encoding === 'identity' || !hasBody(request)) return
  const message = `The request body is encoded (Content-Encoding: ${encoding.slice(0, 100)}). Send it as it is, without Content-Encoding.`
  throw new ApiError(415, { message })
}

function unrecognised(request: FastifyRequest): ApiError {
  const path = pathOf(request).slice(0, 200)
  return new ApiError(404, { message: `Unrecognized request URL (${request.method}: ${path}).` })
}

function isTooLarge(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'FST_ERR_CTP_BODY_TOO_LARGE'
}

function limitOf(request: FastifyRequest): number {
  return pathOf(request).startsWith('/v2/') ? V2_LIMIT : V1_LIMIT
}

/** Some proxies tell the port of a client, too: 10.1.1.1:443, [2001:db8::1]:443. No address is compared with it. */
function forgetPorts({ raw: { headers } }: FastifyRequest): void {
  const told = headers['x-forwarded-for']
  if (told === undefined) return
  headers['x-forwarded-for'] = [told]
    .flat()
    .join(',')
    .split(',')
    .map((one) => one.trim().replace(/^(?:(\d+\.\d+\.\d+\.\d+)|\[([\da-f:.]+)\])(?::\d{1,5})?$/i, '$1$2'))
    .join(', ')
}
