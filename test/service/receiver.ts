import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createEncrypted } from 'node:https'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** What came to a webhook endpoint. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Id of the event. */
  readonly event: string
  readonly type: string
  /** Id of what it happened to. */
  readonly object: string
}

export interface Receiver {
  readonly port: number
  /** "http://127.0.0.1:4711" */
  readonly url: string
  readonly received: Received[]
  /** Resolves when so many have come. */
  got(count: number): Promise<void>
}

export interface ReceiverOptions {
  /** By default 200 with a short text. */
  readonly answer?: (response: ServerResponse, received: Received, count: number) => void
  readonly certificate?: { readonly key: string; readonly cert: string }
}

/** A webhook endpoint on a free port of this machine, until the test ends. */
export async function aReceiver({ answer = ok, certificate }: ReceiverOptions = {}): Promise<Receiver> {
  const received: Received[] = []
  const waiting = new Set<() => void>()
  const listener: RequestListener = async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const { id = '', type = '', data } = parsed(body)
    const { method = '', url: path = '', headers } = request
    const one = { method, path, headers, body, event: id, type, object: data?.object.id ?? '' }
    received.push(one)
    for (const tell of waiting) tell()
    answer(response, one, received.length)
  }
  const server = certificate ? createEncrypted(certificate, listener) : createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`,
    received,
    got: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (received.length < count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
  }
}

function ok(response: ServerResponse): void {
  response.end('thank you')
}

function parsed(body: string): { id?: string; type?: string; data?: { object: { id: string } } } {
  try {
    return JSON.parse(body)
  } catch {
    return {}
  }
}
