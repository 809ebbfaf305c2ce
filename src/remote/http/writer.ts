import { setTimeout as sleep } from 'node:timers/promises'
import type { Deployment } from '../../model/deployment.js'
import type { ApiKey, FlowProbe, VerificationFlow, VerificationSession } from '../../model/resources.js'
import { isFinal } from '../../outbound/fault-text.js'
import { type CreatedKey, RemoteError, type RemoteWriter } from '../remote.js'
import type { ApiAddress } from './api-address.js'
import { type Answered, type Exchange, exchange } from './exchange.js'
import { bodyOf, type Sent } from './failure.js'
import { isDeployment, isFlow, isFlowProbe, isSession, isShownKey } from './generated/answers.js'
import { tooLarge } from './size-limit.js'
import { waitAfter } from './slow-down.js'

const TIMEOUT = 120_000
/** The longest total wait when the API asks to slow down, in milliseconds. */
const LONGEST_WAIT = 30_000

const KEYS = '/v1/api_keys'

interface Post {
  readonly path: string
  readonly params: object
  readonly shape: (value: unknown) => boolean
  /** Names the write, so that the same request in another run writes nothing more. */
  readonly idempotencyKey?: string
}

/**
 * Writes through the official client: it encodes as Stripe does, and repeats an unanswered request under the same
 * idempotency key. The answer is judged here: the client assumes that Stripe answers, fails on JSON that is not an
 * object, and keeps the request in its errors.
 */
export async function httpWriter(
  address: ApiAddress,
  { apiKey, keyVariable, mode }: Pick<Sent, 'apiKey' | 'keyVariable' | 'mode'>,
): Promise<RemoteWriter> {
  const { default: Client } = await import('stripe')
  const { host, port, protocol, origin } = address

  const post = async <T>({ path, params, shape, idempotencyKey }: Post): Promise<T> => {
    let received: Exchange | undefined
    let refused: RemoteError | undefined
    const end = Date.now() + LONGEST_WAIT
    const client = new Client(apiKey, {
      host,
      port,
      protocol,
      telemetry: false,
      maxNetworkRetries: 2,
      timeout: TIMEOUT,
      httpClient: Client.createFetchHttpClient(async (url, init = {}) => {
        // Checked before sending: an answer that comes while the request is still being sent may get lost.
        refused = tooLarge(origin, typeof init.body === 'string' ? Buffer.byteLength(init.body) : 0)
        if (refused) return new Response('{}')
        for (;;) {
          received = await exchange(String(url), sentBy(init))
          const wait = waitAfter(received)
          if (wait === undefined || Date.now() + wait >= end) break
          await sleep(wait)
        }
        if ('fault' in received) {
          if (isFinal(received.fault)) return new Response('{}', { status: 400 })
          throw received.fault
        }
        return toldToClient(received)
      }),
    })
    const options = idempotencyKey === undefined ? {} : { idempotencyKey }
    try {
      await client.rawRequest('POST', path, params as Record<string, unknown>, options)
    } catch (error) {
      // Nothing was sent, so this program is at fault.
      if (received === undefined) throw error
    }
    if (refused) throw refused
    if (received === undefined) throw new Error('the client sent nothing')
    const sent = { origin, apiKey, keyVariable, mode, retryIsSafe: idempotencyKey !== undefined }
    return bodyOf<T>(sent, received, shape)
  }
  return {
    deploy: (request) =>
      post<Deployment>({
        path: '/v2/identity/flow_deployments',
        params: request,
        shape: isDeployment,
        idempotencyKey: request.plan_digest,
      }),
    rotateLink: (idOrKey) =>
      post<VerificationFlow>({
        path: `/v1/identity/verification_flows/${encodeURIComponent(idOrKey)}/static_link`,
        params: { rotate: true },
        shape: isFlow,
      }),
    probeFlow: (idOrKey) =>
      post<FlowProbe>({
        path: `/v1/identity/verification_flows/${encodeURIComponent(idOrKey)}/probe`,
        params: {},
        shape: isFlowProbe,
      }),
    createSession: (params, options = {}) =>
      post<VerificationSession>({ path: '/v1/identity/verification_sessions', params, shape: isSession, ...options }),
    submitSession: (id, outcome) =>
      post<VerificationSession>({
        path: `/v1/test_helpers/identity/verification_sessions/${encodeURIComponent(id)}/submit`,
        params: { outcome },
        shape: isSession,
      }),
    createKey: async (params) => {
      const key = await post<ApiKey & Partial<CreatedKey>>({ path: KEYS, params, shape: isShownKey })
      const { secret } = key
      // The first answer got lost, and the client asked again: nobody has the secret.
      if (secret === undefined) throw secretLost(origin, key)
      return { ...key, secret }
    },
    revokeKey: (id) =>
      post<ApiKey>({ path: `${KEYS}/${encodeURIComponent(id)}/revoke`, params: {}, shape: isShownKey }),
    close: async () => {},
  }
}

function secretLost(origin: string, { id }: ApiKey): RemoteError {
  const message = `${origin} made the key ${id}, but the answer that showed it got lost on its way: revoke ${id}, and make another one`
  return new RemoteError('unreachable', message, { code: 'key_lost' })
}

/** The client's request for `exchange`; its body is text. */
function sentBy({ method = 'POST', headers, body, signal }: RequestInit) {
  return {
    method,
    headers: Object.fromEntries(new Headers(headers)),
    ...(typeof body === 'string' && { body }),
    signal: signal ?? AbortSignal.timeout(TIMEOUT),
  }
}

/**
 * The client only needs the status and one header to decide about a retry. It does not wait as long as the server asks,
 * so that wait is made here.
 */
function toldToClient({ status, headers }: Answered): Response {
  const retry = status === 429 ? 'false' : headers.get('stripe-should-retry')
  const hasBody = status >= 200 && status <= 599 && ![204, 205, 304].includes(status)
  return new Response('{}', { status: hasBody ? status : 400, headers: retry ? { 'stripe-should-retry': retry } : {} })
}
