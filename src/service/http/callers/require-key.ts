import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ApiError, rateLimited } from '../../api-error.js'
import { authorise } from '../../operations/calls/authorise.js'
import type { AppOptions } from '../app-options.js'
import { apiVersionOf } from '../requests/api-version.js'
import { idOf } from '../requests/request.js'
import { authenticate } from './authenticate.js'
import { refuseOtherAccount } from './refuse-other-account.js'

/** Checks every request to the routes of `app`: who asks, not too often, whether they may, and the version. */
export function requireKey(app: FastifyInstance, { service, limiter, rateLimit, usage, failures }: AppOptions): void {
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
    const { headers } = request
    const { caller: known, keyId, tail, unmarked } = await authenticated(request)
    const caller = {
      livemode: known.livemode,
      principal: known.principal,
      address: request.ip,
      agent: headers['user-agent'],
      // Events that this request causes name it.
      request: { id: request.id, idempotency_key: headers['idempotency-key']?.toString() ?? null },
      apiVersion: undefined as string | undefined,
    }
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
    refuseOtherAccount(request)
    authorise(caller, needs, idOf(request))
    caller.apiVersion = apiVersionOf(headers['stripe-version'])
    if (caller.apiVersion !== undefined) reply.header('stripe-version', caller.apiVersion)
  })
}
