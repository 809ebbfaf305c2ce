import type { Writable } from 'node:stream'
import type pg from 'pg'

const held = new Set<Writable>()

/**
 * Sends what a connection is given from now until all that can go on at once has gone on, in one piece: statements that
 * do not wait for each other. A write to the socket for each costs this process more than the statement itself.
 */
export function inOnePiece(client: pg.ClientBase): void {
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Writable } }).connection
  if (held.has(stream)) return
  held.add(stream)
  stream.cork()
  process.nextTick(() => {
    held.delete(stream)
    stream.uncork()
  })
}
