import { type AddressInfo, createServer } from 'node:net'
import { onTestFinished } from 'vitest'

/** A server that begins to answer and repeats itself until the other side hangs up; `sent` counts requests and bytes. */
export async function anEndlessServer(start: string, again: string) {
  const sent = { bytes: 0, requests: 0 }
  const piece = again.repeat(Math.ceil(65_536 / again.length))
  const server = createServer((socket) => {
    socket.on('error', () => {})
    onTestFinished(() => void socket.destroy())
    socket.once('data', () => {
      sent.requests += 1
      socket.write(start)
      const more = () => {
        if (socket.destroyed) return
        sent.bytes += piece.length
        if (socket.write(piece)) setImmediate(more)
      }
      socket.on('drain', more)
      more()
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent }
}
