import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A network between a store and its database, which fails as it is told. */
export interface FaultyProxy {
  /** The address of the database, through the proxy. */
  readonly url: string
  /** How many connections are still to be reset, each when something is sent over it. */
  cuts: number
  /** Passes nothing on. */
  isSilent: boolean
}

export async function aFaultyProxy(database: string): Promise<FaultyProxy> {
  const { hostname, port } = new URL(database)
  const sockets = new Set<Socket>()
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
    client.on('data', (data) => {
      if (proxy.cuts > 0) {
        proxy.cuts -= 1
        client.resetAndDestroy()
      } else if (!proxy.isSilent) upstream.write(data)
    })
    upstream.on('data', (data) => {
      if (!proxy.isSilent) client.write(data)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const url = new URL(database)
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const proxy: FaultyProxy = { url: url.href, cuts: 0, isSilent: false }
  return proxy
}
