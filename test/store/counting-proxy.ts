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
  /** Statements that were sent there, BEGIN and COMMIT too. */
  readonly statements: () => number
}

/**
 * A way to a database on which round trips can be counted: an answer is held back until nothing more comes from the side
 * that asks, so whatever it sends without waiting is one trip.
 */
export async function aCountingProxy(database: string): Promise<CountingProxy> {
  const target = new URL(database)
  let trips = 0
  let bytes = 0
  let statements = 0
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    let held: Buffer[] = []
    const count = countingStatements()
    let timer: NodeJS.Timeout | undefined
    let pieces = 0
    const answer = () => {
      if (held.length === 0) return
      trips += 1
      client.write(Buffer.concat(held))
      held = []
    }
    const answerSoon = () => {
      pieces += 1
      clearTimeout(timer)
      timer = setTimeout(() => {
        const before = pieces
        // A busy process hears its timers first, and only then what came in meanwhile.
        setImmediate(() => setImmediate(() => pieces === before && answer()))
      }, QUIET)
    }
    client.on('data', (chunk) => {
      bytes += chunk.length
      statements += count(chunk)
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
  return { url: url.href, trips: () => trips, bytes: () => bytes, statements: () => statements }
}

/**
 * Counts the statements in what a client sends, piece by piece: its messages Query and Execute. A message is a letter, its
 * length and its text; the very first one has no letter.
 */
function countingStatements(): (chunk: Buffer) => number {
  let rest: Buffer = Buffer.alloc(0)
  let letter = 0
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    let found = 0
    while (rest.length >= letter + 4) {
      const end = letter + rest.readInt32BE(letter)
      if (rest.length < end) break
      if (letter === 1 && 'QE'.includes(String.fromCharCode(rest[0] ?? 0))) found += 1
      rest = rest.subarray(end)
      letter = 1
    }
    return found
  }
}
