import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

interface LosingProxyOptions {
  /** How many answers to deployments never reach who asked: what was asked is done all the same. */
  readonly loses?: number
  /** Awaited before a deployment is passed on; false drops it, so that it is never done. */
  readonly onDeployment?: () => Promise<boolean> | boolean
  /** Called when a deployment is done, and its answer is not passed on yet. */
  readonly onDone?: () => void
}

/** Passes requests on to a server, but has its own way with deployments. */
export async function aLosingProxy(url: string, options: LosingProxyOptions): Promise<{ url: string; lost(): number }> {
  const { loses = 0, onDeployment = () => true, onDone } = options
  let lost = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const isDeployment = request.method === 'POST' && request.url === '/v2/identity/flow_deployments'
    if (isDeployment && !(await onDeployment())) return request.socket.destroy()
    const { host: _, connection: _1, 'content-length': _2, ...headers } = request.headers
    const answer = await fetch(url + request.url, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    })
    const body = await answer.text()
    if (isDeployment) {
      onDone?.()
      if (lost < loses) {
        lost += 1
        return request.socket.destroy()
      }
    }
    const etag = answer.headers.get('etag')
    response.writeHead(answer.status, { 'content-type': 'application/json', ...(etag && { etag }) }).end(body)
  })
  server.on('clientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, lost: () => lost }
}
