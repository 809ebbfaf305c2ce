import { describe, expect, onTestFinished, test } from 'vitest'
import { startServer } from '../../src/service/http/server.js'
import { serveMetrics } from '../../src/service/metrics/serve.js'
import type { Store } from '../../src/store/store.js'
import { StoreError } from '../../src/store/store-error.js'
import { aGate } from '../helpers/gate.js'
import { served } from './serving.js'

const FLOWS = '/v1/identity/verification_flows'

/** Figures at a port of their own, and one of them by its name and labels as Prometheus reads it. */
async function figures() {
  const { metrics, url, close } = await serveMetrics('127.0.0.1', 0)
  onTestFinished(close)
  const text = async () => (await fetch(url)).text()
  const figure = async (name: string) => {
    const line = (await text()).split('\n').find((one) => one.startsWith(`${name} `))
    return line === undefined ? undefined : Number(line.slice(name.length + 1))
  }
  return { metrics, url, text, figure }
}

const requests = (method: string, route: string, status: string) =>
  `flows_http_request_duration_seconds_count{method="${method}",route="${route}",status="${status}"}`

describe('metrics', () => {
  test('count requests by method, route and class of status', async () => {
    const { metrics, figure } = await figures()
    const { call, log } = await served({ metrics })
    await call('GET', FLOWS)
    await call('GET', `${FLOWS}/one`)
    await call('GET', `${FLOWS}/two`)
    await call('GET', '/some/where')
    await call('GET', FLOWS, { key: 'sk_test_wrong' })
    await expect.poll(() => log.length).toBe(5)
    expect(await figure(requests('GET', FLOWS, '2xx'))).toBe(1)
    expect(await figure(requests('GET', FLOWS, '4xx'))).toBe(1)
    expect(await figure(requests('GET', `${FLOWS}/:verification_flow`, '4xx'))).toBe(2)
    expect(await figure(requests('GET', 'none', '4xx'))).toBe(1)
  })

  test('count what is under way', async () => {
    const { metrics, figure } = await figures()
    const { store, key } = await served()
    const gate = aGate()
    const slow: Store = { ...store, read: (work) => gate.opened.then(() => store.read(work)) }
    const server = await startServer({ store: slow, host: '127.0.0.1', port: 0, metrics, log: () => {} })
    onTestFinished(() => server.close())
    const asked = fetch(server.url + FLOWS, { headers: { authorization: `Bearer ${key}` } })
    await expect.poll(() => figure('flows_http_requests_under_way')).toBe(1)
    gate.open()
    await (await asked).arrayBuffer()
    await expect.poll(() => figure('flows_http_requests_under_way')).toBe(0)
  })

  test('count what was over a limit, and what the store could not do', async () => {
    const { metrics, figure } = await figures()
    const { call } = await served({ metrics, rateLimit: 1 })
    await call('GET', FLOWS)
    await call('GET', FLOWS)
    await expect.poll(() => figure('flows_rate_limited_total{scope="key"}')).toBe(1)
    const { store } = await served()
    const busy: Store = { ...store, read: () => Promise.reject(new StoreError('busy', 'locked')) }
    const server = await startServer({
      store: busy,
      host: '127.0.0.1',
      port: 0,
      log: () => {},
      metrics: { ...metrics, watchRequests: () => {} },
    })
    onTestFinished(() => server.close())
    expect((await fetch(server.url + FLOWS, { headers: { authorization: 'Bearer sk_test_x' } })).status).toBe(503)
    // The jobs in the background ask the store, too.
    expect(await figure('flows_store_errors_total{code="busy"}')).toBeGreaterThanOrEqual(1)
    await expect
      .poll(() => figure('flows_job_duration_seconds_count{job="webhooks",result="failed"}'))
      .toBeGreaterThanOrEqual(1)
  })

  test('count deliveries of webhooks and jobs in the background by what became of them', async () => {
    const { metrics, figure } = await figures()
    metrics.webhookAttempted('succeeded', 0.2)
    metrics.webhookAttempted('retry', 0.2)
    metrics.webhookAttempted('retry', 10)
    metrics.jobEnded('settle', 'done', 0.01)
    expect(await figure('flows_webhook_attempt_duration_seconds_count{result="succeeded"}')).toBe(1)
    expect(await figure('flows_webhook_attempt_duration_seconds_count{result="retry"}')).toBe(2)
    expect(await figure('flows_job_duration_seconds_count{job="settle",result="done"}')).toBe(1)
  })

  test('hold the figures of the process, at one path, with the type that Prometheus asks for', async () => {
    const { url, text } = await figures()
    expect(await text()).toMatch(/^process_cpu_seconds_total /m)
    expect((await fetch(url)).headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    expect((await fetch(new URL('/', url))).status).toBe(404)
    expect((await fetch(url, { method: 'POST' })).status).toBe(404)
  })

  test('are not to be had from the API', async () => {
    const { metrics } = await figures()
    const { call } = await served({ metrics })
    expect((await call('GET', '/metrics')).status).toBe(404)
  })
})
