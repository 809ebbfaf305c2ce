import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  /** That of the path; for an insert a new one, greater than those before. */
  readonly id: string
  readonly body: string
  readonly key: string
  readonly idempotencyKey: string
}

/** What a server without any framework does with rows: each method gives the text of the answer. */
export interface Rows {
  insert(asked: Asked): Promise<string>
  select(asked: Asked): Promise<string>
  list(asked: Asked): Promise<string>
}

/** Serves rows at any path, prints its address, and ends with its standard input. */
export function answering(rows: Rows): void {
  let count = 0
  const server = createServer(async (request, response) => {
    const { pathname = '' } = new URL(request.url ?? '', 'http://localhost')
    const [, , last] = pathname.split('/')
    const isNew = request.method === 'POST'
    const asked: Asked = {
      id: isNew ? `row_${String(++count).padStart(12, '0')}` : (last ?? ''),
      body: isNew ? await bodyOf(request) : '',
      key: request.headers.authorization?.slice('Bearer '.length) ?? '',
      idempotencyKey: request.headers['idempotency-key']?.toString() ?? randomUUID(),
    }
    const answer = isNew ? rows.insert(asked) : last === undefined ? rows.list(asked) : rows.select(asked)
    response.setHeader('content-type', 'application/json').end(await answer)
  })
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`)
  })
  process.stdin.resume().once('end', () => process.exit())
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += chunk
  return body
}
