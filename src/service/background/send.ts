import { type ClientRequest, type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestEncrypted } from 'node:https'
import type { LookupFunction } from 'node:net'
import type { SendOutcome, Shipment } from '../operations/deliveries.js'
import { literalAddress, type WebhookTargets } from '../operations/webhook-targets.js'
import { type Address, type Lookup, systemLookup } from './lookup.js'

export interface SendOptions {
  readonly targets: WebhookTargets
  /** By default as the system does. */
  readonly lookup?: Lookup | undefined
  /** For the whole attempt, in milliseconds: to look up, connect, send, and read the answer. */
  readonly timeLimit?: number | undefined
  /** Certificates to trust instead of the system's. */
  readonly ca?: string | undefined
}

const TIME_LIMIT = 10_000
/** Bytes of all that is answered: interim answers, head, body, and whatever stands between. A head is at most 16 KiB. */
const LONGEST_ANSWER = 64 * 1024
/** Answers of 1xx, such as "103 Early Hints", before the one that counts. */
const MOST_INTERIM = 16
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
 * the status counts; its body is read so that the other side can finish, and thrown away. An answer that is too long is
 * cut off, in whatever part of it.
 */
export async function send(
  shipment: Pick<Shipment, 'url' | 'body' | 'signature'>,
  { targets, lookup = SYSTEM_LOOKUP, timeLimit = TIME_LIMIT, ca }: SendOptions,
): Promise<SendOutcome> {
  const start = performance.now()
  const signal = AbortSignal.timeout(timeLimit)
  const outcome = async (): Promise<Pick<SendOutcome, 'response_status' | 'error'>> => {
    try {
      const url = new URL(shipment.url)
      const addresses = await unlessAborted(signal, acceptedAddresses(url, { targets, lookup, signal }))
      return { response_status: await post(url, shipment, { addresses, signal, ca }), error: null }
    } catch (error) {
      return { response_status: null, error: signal.aborted ? 'timeout' : wordOf(error) }
    }
  }
  return { ...(await outcome()), duration: Math.round(performance.now() - start) }
}

const SYSTEM_LOOKUP = systemLookup()

/** Where the request may go. What the name leads to otherwise is not tried. */
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
      response.resume()
      response.on('error', end)
      response.on('close', end)
    })
    bound(request)
    request.end(body)
  })
}

/** Bytes are counted as they come, before anybody reads them: what is no part of a body could go on without end as well. */
function bound(request: ClientRequest): void {
  let length = 0
  let interim = 0
  request.on('socket', (socket) => {
    socket.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > LONGEST_ANSWER) request.destroy(new SendError('answer_too_long'))
    })
  })
  request.on('information', () => {
    interim += 1
    if (interim > MOST_INTERIM) request.destroy(new SendError('too_many_interim_answers'))
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
