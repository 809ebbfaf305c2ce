import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** What GitHub's and GitLab's servers have in common: requests as JSON, answers in pages, faults on demand. */
export interface Asked {
  readonly method: string
  /** Without query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: Readonly<Record<string, unknown>>
}

export interface Told {
  readonly status: number
  readonly body?: unknown
  /** A file, as it is. */
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface RestServer {
  readonly origin: string
  /** "METHOD /path?query" of every request, in order. */
  readonly requests: string[]
  /** Answers that come before the real ones, for the requests that match: each is given once. "drop" gives none. */
  readonly faults: { readonly matches: RegExp; readonly answer: Told | 'drop' | 'drop after' }[]
}

export async function aRestServer(answer: (asked: Asked) => Told): Promise<RestServer> {
  const requests: string[] = []
  const faults: RestServer['faults'] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const name = `${request.method} ${request.url}`
      requests.push(name)
      const index = faults.findIndex(({ matches }) => matches.test(name))
      const [fault] = index === -1 ? [] : faults.splice(index, 1)
      if (fault?.answer === 'drop') return void request.socket.destroy()
      const url = new URL(request.url ?? '/', 'http://127.0.0.1')
      const text = Buffer.concat(chunks).toString('utf8')
      const told =
        fault !== undefined && fault.answer !== 'drop after'
          ? fault.answer
          : answer({
              method: request.method ?? '',
              path: url.pathname,
              query: url.searchParams,
              headers: request.headers,
              body: text === '' ? {} : JSON.parse(text),
            })
      if (fault?.answer === 'drop after') return void request.socket.destroy()
      response.writeHead(told.status, { 'content-type': 'application/json; charset=utf-8', ...told.headers })
      response.end(told.text ?? (told.status === 204 || told.body === undefined ? '' : JSON.stringify(told.body)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, faults }
}

/** One page of a list, as both services count: from 1, at most a hundred each. */
export function pageOf<T>(items: readonly T[], query: URLSearchParams, usual: number) {
  const size = Math.min(100, Number(query.get('per_page') ?? usual))
  const page = Number(query.get('page') ?? 1)
  const pages = Math.max(1, Math.ceil(items.length / size))
  return { items: items.slice((page - 1) * size, page * size), page, pages, size }
}

/** A `Link` header (RFC 8288) to the pages around this one. */
export function linkHeader(address: string, query: URLSearchParams, page: number, pages: number): string {
  const to = (number: number, rel: string) => {
    const params = new URLSearchParams(query)
    params.set('page', String(number))
    return `<${address}?${params}>; rel="${rel}"`
  }
  return [
    ...(page > 1 ? [to(page - 1, 'prev')] : []),
    ...(page < pages ? [to(page + 1, 'next'), to(pages, 'last')] : []),
    ...(page > 1 ? [to(1, 'first')] : []),
  ].join(', ')
}
