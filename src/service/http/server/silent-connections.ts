import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { compile } from '@fastify/proxy-addr'
import { networkOf } from '../../network.js'

/** How many connections of one address may wait for the head of their first request. */
const MOST_SILENT = 256
/** How long one is left alone, in milliseconds: many that come at once have had no time to speak yet. */
const GRACE = 2_000

export interface SilentOptions {
  /** Addresses and ranges of proxies: one of them brings the requests of everybody, and bounds those itself. */
  readonly trustProxy?: string | undefined
  readonly most?: number
  readonly clock?: () => number
}

/**
 * Bounds the connections of one address that have sent no request yet: where there are more, those that have been silent
 * for longest are closed. Those that have sent one, and wait for the next, are not counted: clients keep them for long.
 */
export function boundSilentConnections(server: Server, options: SilentOptions = {}): void {
  const { trustProxy, most = MOST_SILENT, clock = Date.now } = options
  const isProxy = trustProxy === undefined ? () => false : compile(trustProxy.split(',').map((one) => one.trim()))
  /** By address; sockets in the order in which they came, with when that was. */
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
