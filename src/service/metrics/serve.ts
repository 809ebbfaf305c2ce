import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Metrics } from '../metrics.js'
import { WAITING } from '../waiting.js'
import { prometheus } from './prometheus.js'

export interface MetricsServer {
  readonly metrics: Metrics
  /** The address of the metrics, such as "http://127.0.0.1:9464/metrics". */
  readonly url: string
  close(): Promise<void>
}

/**
 * Serves the metrics at their own address and port: figures about the service are not for its users. Rejects with the
 * system's error (EADDRINUSE, EACCES) when it cannot listen.
 */
export async function serveMetrics(host: string, port: number): Promise<MetricsServer> {
  const { metrics, contentType, text } = prometheus()
  const server = createServer(WAITING, (request, response) => {
    const isAsked = request.url?.split('?', 1)[0] === '/metrics' && /^(?:GET|HEAD)$/.test(request.method ?? '')
    if (!isAsked) return answer(response, 404, 'text/plain', 'metrics are at /metrics\n')
    text().then(
      (figures) => answer(response, 200, contentType, figures),
      () => answer(response, 500, 'text/plain', 'metrics could not be read\n'),
    )
  })
  server.setTimeout(WAITING.connectionTimeout)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const { address, family, port: taken } = server.address() as AddressInfo
  return {
    metrics,
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
}
