import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** An address that leads to one database, to another one, or to none. */
export interface SwitchingProxy {
  /** The address of the first database, through the proxy. */
  readonly url: string
  /** Ends every connection, and refuses new ones. */
  away(): Promise<void>
  /** Leads to the server of this database from now on. */
  lead(database: string): Promise<void>
}

export async function aSwitchingProxy(database: string): Promise<SwitchingProxy> {
  const sockets = new Set<Socket>()
  let target = new URL(database)
  let server: Server | undefined
  let port = 0

  const listen = async () => {
    server = createServer((client) => {
      const upstream = connect(Number(target.port), target.hostname)
      for (const socket of [client, upstream]) {
        sockets.add(socket)
        socket.on('error', () => {})
        socket.on('close', () => {
          sockets.delete(socket)
          client.destroy()
          upstream.destroy()
        })
      }
      client.pipe(upstream).pipe(client)
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }
  const away = async () => {
    if (server === undefined) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
    server = undefined
  }
  await listen()
  onTestFinished(away)
  const url = new URL(database)
  url.host = `127.0.0.1:${port}`
  return {
    url: url.href,
    away,
    async lead(other) {
      await away()
      target = new URL(other)
      await listen()
    },
  }
}
