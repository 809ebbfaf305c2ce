import { Agent, request } from 'node:http'
import Fastify from 'fastify'
import { describe, expect, onTestFinished, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { healthRoutes } from '../../src/service/http/server/health.js'
import { startServer } from '../../src/service/http/server.js'
import type { Store } from '../../src/store/store.js'
import { served } from './serving.js'

const FLOWS = '/v1/identity/verification_flows'

async function asked(url: string) {
  const response = await fetch(url)
  return { status: response.status, body: (await response.json()) as { status?: string; error?: object } }
}

/** A server over a store whose reads wait for what the test decides. */
async function overStore(read: Store['read']) {
  const { store } = await served()
  const server = await startServer({ store: { ...store, read }, host: '127.0.0.1', port: 0, log: () => {} })
  onTestFinished(() => server.close())
  return server
}

describe('health', () => {
  test('is asked for without a key: alive, and ready', async () => {
    const { url, log } = await served()
    expect(await asked(`${url}/healthz`)).toEqual({ status: 200, body: { status: 'ok', version: packageJson.version } })
    expect(await asked(`${url}/readyz`)).toEqual({ status: 200, body: { status: 'ready' } })
    expect(log, 'what is well is not told again and again').toEqual([])
  })

  test('without a store is alive, and not ready', async () => {
    const { url } = await overStore(() => Promise.reject(new Error('the store is gone: secret')))
    expect((await asked(`${url}/healthz`)).status).toBe(200)
    const { status, body } = await asked(`${url}/readyz`)
    expect([status, body.error]).toEqual([503, { type: 'api_error', message: 'The store does not answer.' }])
  })

  test('over a store that hangs is told in a bounded time, and asks it once however many want to know', async () => {
    let reads = 0
    const store: Pick<Store, 'read'> = {
      read: () => {
        reads += 1
        return new Promise(() => {})
      },
    }
    // Without the jobs of a server, which ask the store as well.
    const app = Fastify()
    onTestFinished(() => app.close())
    healthRoutes(app, { store, takesWrites: async () => true, isDraining: () => false })
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.inject('/readyz')))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 20 }, () => 503))
    expect(reads).toBe(1)
  })
})

describe('a server that is drained', () => {
  test('is not ready at once, goes on answering, and ends connections as it answers', async () => {
    const { store, key, clock } = await served()
    const server = await startServer({ store, host: '127.0.0.1', port: 0, now: () => clock.now, log: () => {} })
    onTestFinished(() => server.close())
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    const ask = (path: string) => kept(agent, server.url + path, key)
    expect(await ask(FLOWS)).toEqual([200, 'keep-alive'])
    server.drain()
    expect(await ask('/readyz')).toEqual([503, 'close'])
    expect(await ask('/healthz')).toEqual([200, 'close'])
    expect(await ask(FLOWS)).toEqual([200, 'close'])
  })
})

/** The status and what the answer says of its connection, over a connection that is kept where it may be. */
function kept(agent: Agent, url: string, key: string): Promise<[number | undefined, string | undefined]> {
  return new Promise((resolve, reject) => {
    request(url, { agent, headers: { authorization: `Bearer ${key}` } }, (response) => {
      response.resume()
      response.once('end', () => resolve([response.statusCode, response.headers.connection]))
    })
      .once('error', reject)
      .end()
  })
}
