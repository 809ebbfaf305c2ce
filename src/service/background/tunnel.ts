import { request as requestPlain } from 'node:http'
import { request as requestEncrypted } from 'node:https'
import { isIP, type Socket } from 'node:net'
import { connect as connectEncrypted } from 'node:tls'
import type { WebhookProxy } from '../operations/webhooks/webhook-proxy.js'
import { literalAddress } from '../operations/webhooks/webhook-targets.js'
import { boundAnswer } from './bound-answer.js'
import type { Address, Lookup } from './lookup.js'
import { pinned } from './pinned.js'
import { SendError, wordOf } from './send-error.js'

export interface TunnelOptions {
  readonly proxy: WebhookProxy
  /** The addresses of the endpoint, already checked. */
  readonly addresses: readonly Address[]
  readonly lookup: Lookup
  readonly signal: AbortSignal
  /** Certificates to trust instead of the system's. */
  readonly ca: string | undefined
}

/** The most addresses of an endpoint that the proxy is asked to connect to. */
const MOST_ADDRESSES = 4
/** The proxy could not reach the address; it may reach another one. */
const UNREACHED = new Set([502, 503, 504])

/**
 * A connection to the endpoint through the proxy, made by CONNECT (RFC 9110, 9.3.6) and encrypted if the URL says so.
 * The proxy gets an address that was checked, never a name: the name could lead elsewhere there. Rejects with
 * SendError, whose word begins with "proxy_".
 */
export async function openTunnel(url: URL, options: TunnelOptions): Promise<Socket> {
  const isEncrypted = url.protocol === 'https:'
  const port = url.port === '' ? (isEncrypted ? 443 : 80) : Number(url.port)
  const socket = await firstReached(port, options)
  if (!isEncrypted) return socket
  const name = literalAddress(url.hostname) ?? url.hostname
  return connectEncrypted({
    socket,
    host: name,
    // An address may not be sent as server name (RFC 6066, 3); the certificate is checked against it all the same.
    servername: isIP(name) === 0 ? name : '',
    // Explicit: an environment variable could switch it off otherwise.
    rejectUnauthorized: true,
    ...(options.ca !== undefined && { ca: options.ca }),
  })
}

async function firstReached(port: number, { addresses, ...options }: TunnelOptions): Promise<Socket> {
  const { proxy, lookup, signal } = options
  const literal = literalAddress(proxy.hostname)
  const proxyAddresses =
    literal === undefined
      ? await lookup(proxy.hostname, signal).catch((error) => {
          throw ofProxy(error)
        })
      : [{ address: literal, family: isIP(literal) }]
  let failure = new SendError('proxy_failed')
  for (const { address } of addresses.slice(0, MOST_ADDRESSES)) {
    const authority = `${isIP(address) === 6 ? `[${address}]` : address}:${port}`
    const answered = await connect(authority, { ...options, proxyAddresses })
    if (typeof answered !== 'number') return answered
    failure = new SendError(`proxy_answered_${answered}`)
    if (!UNREACHED.has(answered)) break
  }
  throw failure
}

interface ConnectOptions extends Omit<TunnelOptions, 'addresses' | 'lookup'> {
  readonly proxyAddresses: readonly Address[]
}

/** The connection, or the status with which the proxy refused it: any but 2xx, interim ones too. */
function connect(authority: string, options: ConnectOptions): Promise<Socket | number> {
  const { proxy, proxyAddresses, signal, ca } = options
  return new Promise((resolve, reject) => {
    const asked = {
      method: 'CONNECT',
      host: proxy.hostname,
      port: proxy.port,
      path: authority,
      agent: false,
      lookup: pinned(proxyAddresses),
      signal,
      headers: {
        host: authority,
        ...(proxy.authorization !== undefined && { 'proxy-authorization': proxy.authorization }),
      },
    } as const
    const request = proxy.isEncrypted
      ? requestEncrypted({
          ...asked,
          // The proxy's own name. The default would be the Host of the request, which is the target of the tunnel.
          servername: isIP(proxy.hostname) === 0 ? proxy.hostname : '',
          rejectUnauthorized: true,
          ...(ca !== undefined && { ca }),
        })
      : requestPlain(asked)
    const unbound = boundAnswer(request)
    request.on('error', (error) => reject(ofProxy(error)))
    request.on('close', () => reject(new SendError('proxy_closed')))
    request.on('connect', ({ statusCode = 0 }, socket: Socket, head) => {
      unbound()
      // Until another listener is added: the socket may fail at any moment.
      socket.on('error', () => {})
      if (statusCode < 200 || statusCode > 299 || signal.aborted) {
        socket.destroy()
        resolve(statusCode)
        return
      }
      if (head.length > 0) socket.unshift(head)
      resolve(socket)
    })
    request.end()
  })
}

function ofProxy(error: unknown): SendError {
  return new SendError(`proxy_${wordOf(error)}`)
}
