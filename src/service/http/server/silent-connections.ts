import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { compile } from '@fastify/proxy-addr'
import { networkOf } from '../../network.js'

/** How many connections of one address may be open before their first request's head arrives. */
const MOST_SILENT = 256
/** How long a new connection is left alone, in milliseconds: many that come at once had no time to send yet. */
const GRACE = 2_000

export interface SilentOptions {
  /** Addresses and ranges of proxies. A proxy brings everybody's requests, and limits those clients itself. */
  readonly trustProxy?: string | undefined
  readonly most?: number
  readonly clock?: () => number
}

/**
 * Bounds the connections of one address that have sent no request yet; above the bound, those silent for longest are
 * closed. A connection that waits for its next request does not count: clients keep those for long.
 */
export function boundSilentConnections(server: Server, options: SilentOptions = {}): void {
  const { trustProxy, most = MOST_SILENT, clock = Date.now } = options
  const isProxy = trustProxy === undefined ? () => false : compile(trustProxy.split(',').map((one) => one.trim()))
  /** Sockets by address, in order of arrival, each with its time of arrival. */
  const silent = new Map<string, Map<Socket, number>>()

  const forget = (socket: Socket, address: string) => {
    const ofAddress = silent.get(address)
    ofAddress?.delete(socket)
    if (ofAddress?.size === 0) silent.delete(address)
  }

  server.on('connection', (socket: Socket) => {
    const { remoteAddress } = socket
    if (remoteAddress === undefined || isProxy(remoteAddress, 0)) return
    const address = networkOf(remoteAddress)
    const ofAddress = silent.get(address) ?? new Map<Socket, number>()
    silent.set(address, ofAddress.set(socket, clock()))
    socket.once('close', () => forget(socket, address))
    for (const [oldest, since] of ofAddress) {
      if (ofAddress.size <= most || clock() - since < GRACE) break
      ofAddress.delete(oldest)
      oldest.destroy()
    }
  })
  server.on('request', ({ socket }: IncomingMessage) => {
    if (socket.remoteAddress !== undefined) forget(socket, networkOf(socket.remoteAddress))
  })
}
