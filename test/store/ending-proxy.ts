import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/**
 * What becomes of the connection over which the server is ready the n-th time. `after`: the server says that it is ready,
 * and in the same segment that the connection ends. `instead`: it does what it was asked, and says only that the connection
 * ends. `before`: it ends the connection, and does not do what it was asked. `reset`: as `instead`, without a word.
 */
export const ENDINGS = ['after', 'instead', 'before', 'reset'] as const

export type Ending = (typeof ENDINGS)[number]

/** A network between a store and its database that knows where in the protocol each connection is. */
export interface EndingProxy {
  /** The address of the database, through the proxy. */
  readonly url: string
  /** How often the server has been ready, over all connections. */
  readonly ready: number
  /** Ends the connection over which the server is ready the `nth` time from now. */
  end(ending: Ending, nth: number): void
  /** Whether the connection has been ended. */
  readonly isDone: boolean
}

export async function anEndingProxy(database: string): Promise<EndingProxy> {
  const { hostname, port } = new URL(database)
  const sockets = new Set<Socket>()
  let ready = 0
  let planned: { readonly ending: Ending; readonly at: number } | undefined
  let isDone = false
  /** What is done to the answer that is the next to be ready. */
  const ending = () => (planned !== undefined && ready + 1 === planned.at ? planned.ending : undefined)

  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        client.destroy()
        upstream.destroy()
      })
    }
    const endWith = (bytes: Buffer) => {
      planned = undefined
      isDone = true
      upstream.destroy()
      client.end(bytes)
    }
    // A client may ask for several things without waiting. The server gets each when it is ready for it, as its own queue
    // would give them to it.
    let asked = Buffer.alloc(0)
    let isReady = false
    const askNext = () => {
      const end = isReady ? endOfRequest(asked) : undefined
      if (end === undefined) return
      if (ending() === 'before') return endWith(FATAL)
      isReady = false
      upstream.write(asked.subarray(0, end))
      asked = asked.subarray(end)
    }
    let isSigningIn = true
    client.on('data', (data) => {
      if (!isSigningIn) {
        asked = Buffer.concat([asked, data])
        askNext()
      } else if (ending() === 'before') endWith(FATAL)
      else upstream.write(data)
    })
    let rest = Buffer.alloc(0)
    let answer: Buffer[] = []
    upstream.on('data', (data) => {
      rest = Buffer.concat([rest, data])
      for (let message = firstMessage(rest); message !== undefined; message = firstMessage(rest)) {
        rest = rest.subarray(message.length)
        answer.push(message)
        const type = String.fromCharCode(message[0] ?? 0)
        if (type === READY) {
          const how = ending()
          ready += 1
          if (how === 'after') return endWith(Buffer.concat([...answer, FATAL]))
          if (how === 'instead') return endWith(FATAL)
          if (how === 'reset') {
            planned = undefined
            isDone = true
            upstream.destroy()
            return client.resetAndDestroy()
          }
        }
        // Whoever signs in answers each question of the server.
        if (type === READY || type === AUTHENTICATION || type === ERROR) {
          client.write(Buffer.concat(answer))
          answer = []
        }
        if (type === READY) {
          isSigningIn = false
          isReady = true
          askNext()
        }
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const url = new URL(database)
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: url.href,
    get ready() {
      return ready
    },
    get isDone() {
      return isDone
    },
    end(how, nth) {
      planned = { ending: how, at: ready + nth }
      isDone = false
    },
  }
}

const READY = 'Z'
const AUTHENTICATION = 'R'
const ERROR = 'E'

/** The first message of what a server sent: a letter, its length, its contents (postgresql.org/docs/current/protocol.html). */
function firstMessage(bytes: Buffer): Buffer | undefined {
  if (bytes.length < 5) return undefined
  const length = 1 + bytes.readInt32BE(1)
  return bytes.length < length ? undefined : bytes.subarray(0, length)
}

/** Where the first request of a client ends that has come whole: with a Sync, a Query or a Terminate. */
function endOfRequest(bytes: Buffer): number | undefined {
  let end = 0
  for (let message = firstMessage(bytes); message !== undefined; message = firstMessage(bytes.subarray(end))) {
    end += message.length
    if ('SQX'.includes(String.fromCharCode(message[0] ?? 0))) return end
  }
  return undefined
}

/** What a server says that ends a connection because it is told to. */
const FATAL = errorMessage({
  S: 'FATAL',
  V: 'FATAL',
  C: '57P01',
  M: 'terminating connection due to administrator command',
})

function errorMessage(fields: Readonly<Record<string, string>>): Buffer {
  const body = Buffer.from(
    `${Object.entries(fields)
      .map(([type, value]) => `${type}${value}\0`)
      .join('')}\0`,
  )
  const head = Buffer.alloc(5)
  head.write(ERROR)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}
