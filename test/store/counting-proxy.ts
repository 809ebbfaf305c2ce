import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { onTestFinished } from 'vitest'

/** How long the other side must have said nothing before it is answered, in milliseconds. */
const QUIET = 20

export interface CountingProxy {
  readonly url: string
  readonly trips: () => number
  /** Bytes that were sent to the database. */
  readonly bytes: () => number
}

/**
 * A way to a database on which round trips can be counted: an answer is held back until nothing more comes from the side
 * that asks, so whatever it sends without waiting is one trip.
 */
export async function aCountingProxy(database: string): Promise<CountingProxy> {
  const target = new URL(database)
  let trips = 0
  let bytes = 0
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    let held: Buffer[] = []
    let timer: NodeJS.Timeout | undefined
    const answerSoon = () => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        if (held.length === 0) return
        trips += 1
        client.write(Buffer.concat(held))
        held = []
      }, QUIET)
    }
    client.on('data', (chunk) => {
      bytes += chunk.length
      upstream.write(chunk)
      answerSoon()
    })
    upstream.on('data', (chunk) => {
      held.push(chunk)
      answerSoon()
    })
    for (const socket of [client, upstream]) {
      socket.on('error', () => {})
      socket.on('close', () => {
        clearTimeout(timer)
        client.destroy()
        upstream.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
  })
  const url = new URL(database)
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url: url.href, trips: () => trips, bytes: () => bytes }
}
