import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { afterAll, afterEach } from 'vitest'

/** One request to the flows API in this process, and its answer. */
export interface Exchange {
  readonly method: string
  /** With its query. */
  readonly url: string
  readonly requestHeaders: IncomingMessage['headers']
  readonly requestBody: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/*
 * Every exchange is held against the OpenAPI document, in whatever test it happens; the test fails that it happened in.
 * Node's own channels tell of requests, so nothing in the service knows that it is watched.
 */
let exchanges: Exchange[] = []
const servers = new WeakSet<Server>()

const begun = (message: unknown) => {
  servers.add((message as { readonly fastify: { readonly server: Server } }).fastify.server)
}

const asked = (message: unknown) => {
  const { request, response, server } = message as {
    readonly request: IncomingMessage
    readonly response: ServerResponse
    readonly server: Server
  }
  // Tests run servers of their own, too.
  if (servers.has(server)) record(request, response)
}

subscribe('fastify.initialization', begun)
subscribe('http.server.request.start', asked)
// Files of tests share a process, and each watches for itself.
afterAll(() => {
  unsubscribe('fastify.initialization', begun)
  unsubscribe('http.server.request.start', asked)
})

afterEach(check)
afterAll(check)

async function check(): Promise<void> {
  if (exchanges.length === 0) return
  const seen = exchanges
  exchanges = []
  // Loaded by the tests that need it only: most never send a request.
  const { violationsOf } = await import('./contract.js')
  const violations = [...new Set(seen.flatMap((exchange) => violationsOf(exchange)))]
  if (violations.length > 0) {
    throw new Error(`requests or answers are not as the OpenAPI document says:\n${violations.join('\n')}`)
  }
}

function record(request: IncomingMessage, response: ServerResponse): void {
  const sent = recorded(request, 'push')
  const written = recorded(response, 'write')
  const headers: Record<string, string> = {}
  const { writeHead, end } = response
  response.writeHead = (...args: unknown[]) => {
    const given = args.at(-1)
    for (const [name, value] of given !== null && typeof given === 'object' ? Object.entries(given) : []) {
      headers[name.toLowerCase()] = String(value)
    }
    return Reflect.apply(writeHead, response, args)
  }
  // What was answered is known before the one who asked knows it, and so before the test can end.
  response.end = (...args: unknown[]) => {
    const [chunk] = args
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) written.push(Buffer.from(chunk as string))
    for (const [name, value] of Object.entries(response.getHeaders())) headers[name] = String(value)
    exchanges.push({
      method: request.method ?? '',
      url: request.url ?? '',
      requestHeaders: request.headers,
      requestBody: Buffer.concat(sent).toString(),
      status: response.statusCode,
      headers,
      body: Buffer.concat(written).toString(),
    })
    return Reflect.apply(end, response, args)
  }
}

/** The bytes that go through a method of a stream from now on. */
function recorded<Name extends string>(stream: { [Key in Name]: unknown }, name: Name): Buffer[] {
  const chunks: Buffer[] = []
  const method = stream[name] as (...args: unknown[]) => unknown
  const watched = (...args: unknown[]) => {
    const [chunk] = args
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk as string))
    return Reflect.apply(method, stream, args)
  }
  stream[name] = watched
  return chunks
}
