import { connect } from 'node:net'
import type { Writable } from 'node:stream'
import type pg from 'pg'

/** What a connection of the driver has, though its type does not say so. */
interface Connected {
  readonly connection: { readonly stream: Writable }
  readonly host: string
  readonly port: number
  /** Together the name of its session at the server; null while there is none. */
  readonly processID: number | null
  readonly secretKey: number | null
}

const held = new Set<Writable>()

/**
 * Sends what a connection is given from now until all that can go on at once has gone on, in one piece: statements that
 * do not wait for each other. A write to the socket for each costs this process more than the statement itself.
 */
export function inOnePiece(client: pg.ClientBase): void {
  const { stream } = (client as unknown as Connected).connection
  if (held.has(stream)) return
  held.add(stream)
  stream.cork()
  process.nextTick(() => {
    held.delete(stream)
    stream.uncork()
  })
}

/**
 * Asks the server to end the statement of a connection that is given up: it would wait on for what others hold, beside
 * the connection that takes its place. PostgreSQL takes this on a connection of its own, which it never answers. Without
 * the server, nothing happens: then nothing waits there either.
 */
export function endStatement(client: pg.ClientBase): void {
  const { host, port, processID, secretKey } = client as unknown as Connected
  if (processID === null || secretKey === null) return
  const request = Buffer.alloc(16)
  for (const [index, value] of [request.length, CANCEL_REQUEST, processID, secretKey].entries()) {
    request.writeInt32BE(value, index * 4)
  }
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
  socket.unref()
  socket.on('error', () => {})
  socket.setTimeout(PATIENCE, () => socket.destroy())
  socket.end(request)
}

/** Its number in the protocol. */
const CANCEL_REQUEST = 80_877_102
const PATIENCE = 5_000
