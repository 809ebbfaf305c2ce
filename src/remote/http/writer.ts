import type { Stripe } from 'stripe'
import type { Deployment } from '../../model/deployment.js'
import type { VerificationSession } from '../../model/resources.js'
import type { RemoteError, RemoteWriter } from '../remote.js'
import type { ApiAddress } from './api-address.js'
import { refused, unreachable } from './failure.js'

const TIMEOUT = 120_000

/**
 * Writes through the official client, which encodes as Stripe does and repeats a request that got no answer under the
 * same idempotency key.
 */
export async function httpWriter(address: ApiAddress, apiKey: string): Promise<RemoteWriter> {
  const { default: Client } = await import('stripe')
  const { host, port, protocol, origin } = address
  const client = new Client(apiKey, { host, port, protocol, telemetry: false, maxNetworkRetries: 2, timeout: TIMEOUT })

  const post = async <T>(path: string, params: object, idempotencyKey?: string): Promise<T> => {
    try {
      const options = idempotencyKey === undefined ? {} : { idempotencyKey }
      const answer: unknown = await client.rawRequest('POST', path, params as Record<string, unknown>, options)
      if (typeof (answer as { object?: unknown }).object === 'string') return answer as T
    } catch (error) {
      throw toRemoteError(origin, error)
    }
    throw unreachable(origin, 'answers, but not as a flows API does: is the address right?')
  }
  return {
    deploy: (request) => post<Deployment>('/v2/identity/flow_deployments', request, request.plan_digest),
    createSession: (params) => post<VerificationSession>('/v1/identity/verification_sessions', params),
    close: async () => {},
  }
}

/** Of the client's error only what the port promises is taken: it also holds headers and what was sent. */
function toRemoteError(origin: string, error: unknown): RemoteError {
  const { statusCode, requestId, raw, type, message } = error as Partial<Stripe.errors.StripeError>
  const fields = (raw ?? {}) as Record<string, unknown>
  if (typeof statusCode === 'number' && typeof fields.message === 'string') {
    return refused(origin, statusCode, fields, requestId)
  }
  if (type === 'StripeConnectionError') {
    const detail = fields.detail as NodeJS.ErrnoException | undefined
    return unreachable(origin, `cannot be reached: ${detail?.code ?? message ?? 'no answer'}`)
  }
  if (type === 'StripeAPIError')
    return unreachable(origin, 'answers, but not as a flows API does: is the address right?')
  throw error
}
