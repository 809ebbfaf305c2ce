import { createSocket } from 'node:dgram'
import { onTestFinished } from 'vitest'

export interface NameServer {
  /** "127.0.0.1:4711" */
  readonly address: string
  /** The names that were asked for. */
  readonly asked: string[]
}

/** Addresses of a name; undefined where the server does not answer, none where there is no such name. */
export type Zone = (name: string) => readonly string[] | undefined

const A = 1
const NO_SUCH_NAME = 3

/** A name server on this machine, until the test ends. It knows IPv4 addresses only. */
export async function aNameServer(zone: Zone): Promise<NameServer> {
  const asked: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => {
    const { name, type, end } = questionOf(query)
    asked.push(name)
    const addresses = zone(name)
    if (addresses === undefined) return
    socket.send(answerTo(query.subarray(0, end), type === A ? addresses : [], addresses.length > 0), port, address)
  })
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done))
  onTestFinished(() => void socket.close())
  return { address: `127.0.0.1:${socket.address().port}`, asked }
}

/** RFC 1035, 4.1.2: labels after their lengths, then type and class. */
function questionOf(query: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 }
}

function answerTo(question: Buffer, addresses: readonly string[], isThere: boolean): Buffer {
  const head = Buffer.from(question)
  head.writeUInt16BE(0x8180 | (isThere ? 0 : NO_SUCH_NAME), 2)
  head.writeUInt16BE(addresses.length, 6)
  head.writeUInt16BE(0, 8)
  head.writeUInt16BE(0, 10)
  const records = addresses.map((address) =>
    Buffer.from([0xc0, 12, 0, A, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]),
  )
  return Buffer.concat([head, ...records])
}
