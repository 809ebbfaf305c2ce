import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http'
import { createServer as createEncrypted } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface ConnectProxy {
  readonly port: number
  /** What was asked for, in order: "93.184.215.14:443". */
  readonly asked: { readonly target: string | undefined; readonly headers: IncomingHttpHeaders }[]
  /** Requests that are not CONNECT: a proxy that is used as it should be gets none. */
  readonly others: string[]
}

export interface ConnectProxyOptions {
  /** The port of this machine that every tunnel leads to, whatever was asked for. */
  readonly to?: number
  /** The status that is answered instead of a tunnel; undefined opens it. */
  readonly refuse?: (target: string) => number | undefined
  readonly certificate?: { readonly key: string; readonly cert: string }
}

/** An HTTP proxy on a free port of this machine, until the test ends. */
export async function aConnectProxy({ to = 1, refuse, certificate }: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const asked: ConnectProxy['asked'][number][] = []
  const others: string[] = []
  const sockets = new Set<Socket>()
  const server: Server = certificate ? createEncrypted(certificate) : createServer()
  server.on('connection', (socket) => sockets.add(socket))
  server.on('request', (request, response) => {
    others.push(`${request.method} ${request.url}`)
    response.writeHead(400).end()
  })
  server.on('connect', ({ url, headers }: IncomingMessage, client: Socket, head: Buffer) => {
    asked.push({ target: url, headers })
    client.on('error', () => {})
    const status = refuse?.(url ?? '')
    if (status !== undefined) {
      client.end(`HTTP/1.1 ${status} Refused\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    const onward = connect(to, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.write(head)
      onward.pipe(client).pipe(onward)
    })
    sockets.add(onward)
    onward.on('error', () => client.destroy())
    client.on('close', () => onward.destroy())
    onward.on('close', () => client.destroy())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, asked, others }
}
