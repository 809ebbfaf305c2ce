import { lookup } from 'node:dns/promises'
import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestEncrypted } from 'node:https'
import type { LookupFunction } from 'node:net'
import type { SendOutcome, Shipment } from '../operations/deliveries.js'
import { literalAddress, type WebhookTargets } from '../operations/webhook-targets.js'

export interface Address {
  readonly address: string
  readonly family: number
}

export interface SendOptions {
  readonly targets: WebhookTargets
  /** Every address of a name. By default the system's resolver. */
  readonly resolve?: ((hostname: string) => Promise<readonly Address[]>) | undefined
  /** For the whole attempt, in milliseconds: to look up, connect, send, and read the answer. */
  readonly timeLimit?: number | undefined
  /** Certificates to trust instead of the system's. */
  readonly ca?: string | undefined
}

const TIME_LIMIT = 10_000
const LONGEST_ANSWER = 16 * 1024
const USER_AGENT = 'verification-flows-webhooks/1'

/** Why nothing was sent or answered, as one word. */
class SendError extends Error {
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/**
 * Sends one attempt and never throws. A redirect is an answer like any other: it is not followed. Of the answer only
 * the status counts; its body is read so that the other side can finish, and thrown away.
 */
export async function send(
  shipment: Pick<Shipment, 'url' | 'body' | 'signature'>,
  { targets, resolve = lookUp, timeLimit = TIME_LIMIT, ca }: SendOptions,
): Promise<SendOutcome> {
  const start = performance.now()
  const signal = AbortSignal.timeout(timeLimit)
  const outcome = async (): Promise<Pick<SendOutcome, 'response_status' | 'error'>> => {
    try {
      const url = new URL(shipment.url)
      const addresses = await unlessAborted(signal, acceptedAddresses(url, targets, resolve))
      return { response_status: await post(url, shipment, { addresses, signal, ca }), error: null }
    } catch (error) {
      return { response_status: null, error: signal.aborted ? 'timeout' : wordOf(error) }
    }
  }
  return { ...(await outcome()), duration: Math.round(performance.now() - start) }
}

async function lookUp(hostname: string): Promise<readonly Address[]> {
  return lookup(hostname, { all: true })
}

/** Where the request may go. What the name leads to otherwise is not tried. */
async function acceptedAddresses(
  { hostname, protocol }: URL,
  targets: WebhookTargets,
  resolve: NonNullable<SendOptions['resolve']>,
): Promise<readonly Address[]> {
  const literal = literalAddress(hostname)
  const found = literal === undefined ? await resolve(hostname) : [{ address: literal, family: 0 }]
  const accepted = found.filter(({ address }) => targets.accepts(address, protocol === 'https:'))
  if (accepted.length === 0) throw new SendError(found.length === 0 ? 'ENOTFOUND' : 'address_refused')
  return accepted
}

interface PostOptions {
  readonly addresses: readonly Address[]
  readonly signal: AbortSignal
  readonly ca: string | undefined
}

function post(
  url: URL,
  { body, signature }: Pick<Shipment, 'body' | 'signature'>,
  { addresses, signal, ca }: PostOptions,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const isEncrypted = url.protocol === 'https:'
    const options = {
      method: 'POST',
      // A connection of its own, closed afterwards: an old one leads to where the name led once.
      agent: false,
      lookup: pinned(addresses),
      signal,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        'user-agent': USER_AGENT,
        'stripe-signature': signature,
      },
    } as const
    const request = isEncrypted
      ? // Said outright, for a variable of the environment could switch it off.
        requestEncrypted(url, { ...options, rejectUnauthorized: true, ...(ca !== undefined && { ca }) })
      : requestPlain(url, options)
    let answer: IncomingMessage | undefined
    // However the body ends, the status has been given.
    const end = (error: unknown) => (answer === undefined ? reject(error) : resolve(answer.statusCode ?? 0))
    request.on('error', end)
    request.on('close', () => end(new SendError('closed')))
    request.on('response', (response) => {
      answer = response
      let length = 0
      response.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length > LONGEST_ANSWER) response.destroy()
      })
      response.on('error', end)
      response.on('close', end)
    })
    request.end(body)
  })
}

/** Connects to the addresses that were looked at: asking again could lead elsewhere. */
function pinned(addresses: readonly Address[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first = { address: '', family: 0 }] = addresses
    if (all) callback(null, [...addresses])
    else callback(null, first.address, first.family)
  }
}

function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new SendError('timeout')), { once: true })
  })
  return Promise.race([work, aborted])
}

/** The system's code. Never a message: it names addresses inside. */
function wordOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && /^\w{1,60}$/.test(code) ? code : 'failed'
}
