import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestEncrypted } from 'node:https'
import type { Socket } from 'node:net'
import type { SendOutcome, Shipment } from '../operations/webhooks/deliveries.js'
import type { WebhookProxy } from '../operations/webhooks/webhook-proxy.js'
import { literalAddress, type WebhookTargets } from '../operations/webhooks/webhook-targets.js'
import { boundAnswer } from './bound-answer.js'
import { type Address, type Lookup, systemLookup } from './lookup.js'
import { pinned } from './pinned.js'
import { SendError, wordOf } from './send-error.js'
import { openTunnel } from './tunnel.js'

export interface SendOptions {
  readonly targets: WebhookTargets
  /** The proxy to public addresses. Other addresses are inside one's own network and are connected to directly. */
  readonly proxy?: WebhookProxy | undefined
  /** By default the system's way. */
  readonly lookup?: Lookup | undefined
  /** For the whole attempt, in milliseconds: to look up, connect, send, and read the answer. */
  readonly timeLimit?: number | undefined
  /** Certificates to trust instead of the system's. */
  readonly ca?: string | undefined
}

const TIME_LIMIT = 10_000
const USER_AGENT = 'verification-flows-webhooks/1'

/**
 * Sends one attempt and never throws. A redirect counts as an answer and is not followed. Only the status of the answer
 * counts; the body is read so that the other side can finish, and thrown away. An answer that is too long is cut off,
 * whichever part is too long.
 */
export async function send(
  shipment: Pick<Shipment, 'url' | 'body' | 'signature'>,
  { targets, proxy, lookup = SYSTEM_LOOKUP, timeLimit = TIME_LIMIT, ca }: SendOptions,
): Promise<SendOutcome> {
  const start = performance.now()
  const signal = AbortSignal.timeout(timeLimit)
  const outcome = async (): Promise<Pick<SendOutcome, 'response_status' | 'error'>> => {
    try {
      const url = new URL(shipment.url)
      const addresses = await unlessAborted(signal, acceptedAddresses(url, { targets, lookup, signal }))
      const near = addresses.filter(({ address }) => proxy === undefined || !targets.isPublic(address))
      const tunnel =
        proxy === undefined || near.length > 0
          ? undefined
          : await unlessAborted(signal, openTunnel(url, { proxy, addresses, lookup, signal, ca }))
      return { response_status: await post(url, shipment, { addresses: near, tunnel, signal, ca }), error: null }
    } catch (error) {
      return { response_status: null, error: signal.aborted ? 'timeout' : wordOf(error) }
    }
  }
  return { ...(await outcome()), duration: Math.round(performance.now() - start) }
}

const SYSTEM_LOOKUP = systemLookup()

/** The addresses that the request may go to. Other addresses of the name are not tried. */
async function acceptedAddresses(
  { hostname, protocol }: URL,
  {
    targets,
    lookup,
    signal,
  }: { readonly targets: WebhookTargets; readonly lookup: Lookup; readonly signal: AbortSignal },
): Promise<readonly Address[]> {
  const literal = literalAddress(hostname)
  const found = literal === undefined ? await lookup(hostname, signal) : [{ address: literal, family: 0 }]
  const accepted = found.filter(({ address }) => targets.accepts(address, protocol === 'https:'))
  if (accepted.length === 0) throw new SendError(found.length === 0 ? 'ENOTFOUND' : 'address_refused')
  return accepted
}

interface PostOptions {
  readonly addresses: readonly Address[]
  /** An open connection to the endpoint, encrypted if its URL says so. */
  readonly tunnel: Socket | undefined
  readonly signal: AbortSignal
  readonly ca: string | undefined
}

function post(
  url: URL,
  { body, signature }: Pick<Shipment, 'body' | 'signature'>,
  { addresses, tunnel, signal, ca }: PostOptions,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const isEncrypted = url.protocol === 'https:'
    const options = {
      method: 'POST',
      // A new connection for each request: an old one leads to where the name pointed earlier.
      ...(tunnel === undefined
        ? { agent: false as const, lookup: pinned(addresses) }
        : { createConnection: () => tunnel, defaultPort: isEncrypted ? 443 : 80 }),
      signal,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        'user-agent': USER_AGENT,
        'stripe-signature': signature,
      },
    } as const
    const request = isEncrypted
      ? // Explicit: an environment variable could switch it off otherwise.
        requestEncrypted(url, { ...options, rejectUnauthorized: true, ...(ca !== undefined && { ca }) })
      : requestPlain(url, options)
    let answer: IncomingMessage | undefined
    // Once the status is known, it no longer matters how the body ends.
    const end = (error: unknown) => (answer === undefined ? reject(error) : resolve(answer.statusCode ?? 0))
    request.on('error', end)
    request.on('close', () => end(new SendError('closed')))
    request.on('response', (response) => {
      answer = response
      response.resume()
      response.on('error', end)
      response.on('close', end)
    })
    boundAnswer(request)
    request.end(body)
  })
}

function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new SendError('timeout')), { once: true })
  })
  return Promise.race([work, aborted])
}
