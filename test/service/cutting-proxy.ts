import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/**
 * Passes connections on to a server, but resets the first few in the moment in which the server begins to answer: what
 * was asked is done, and the asker never learns of it.
 */
export async function aCuttingProxy(url: string, cuts: number): Promise<{ url: string; cut(): number }> {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  let done = 0
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    }
    client.pipe(upstream)
    upstream.on('data', (data) => {
      if (done < cuts) {
        done += 1
        client.resetAndDestroy()
        upstream.destroy()
      } else client.write(data)
    })
    upstream.on('end', () => client.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, cut: () => done }
}
