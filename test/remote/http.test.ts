import { describe, expect, expectTypeOf, test } from 'vitest'
import { http } from '../../src/remote/http/http.js'
import type { ReadTransport } from '../../src/remote/http/transport.js'
import { RemoteError } from '../../src/remote/remote.js'
import { PROJECT } from '../helpers/builders.js'
import { aDeployment, creating } from '../service/deployment-requests.js'
import { served } from '../service/serving.js'
import { aClosedPort, aProxyTo, aWebServer } from './web-server.js'

const KEY = 'sk_test_averysecretkey'

async function failure(work: Promise<unknown>): Promise<RemoteError> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(RemoteError)
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('averysecret')
  expect(String((error as RemoteError).cause ?? '')).not.toContain('averysecret')
  return error as RemoteError
}

describe('reading over HTTP', () => {
  test('sends nothing but GET: what the reader is built on can do nothing else', async () => {
    expectTypeOf<keyof ReadTransport>().toEqualTypeOf<'get'>()
    const { url, key } = await served()
    const writer = await http({ api: url, apiKey: key }).writer()
    await writer.deploy(aDeployment([creating('a')]))
    const { id } = await writer.createSession({ verification_flow: 'a' })

    const proxy = await aProxyTo(url)
    const reader = await http({ api: proxy.url, apiKey: key }).reader()
    const observation = await reader.observe(PROJECT)
    if (observation.status === 'modified') await reader.observe(PROJECT, observation.etag)
    await reader.listFlows({ limit: 1 })
    await reader.retrieveFlow('a')
    await reader.listSessions()
    await reader.retrieveSession(id)
    await reader.close()
    expect(proxy.requests).toHaveLength(6)
    expect(proxy.requests.filter((request) => !request.startsWith('GET '))).toEqual([])
  })

  test('an unchanged state is one conditional request, answered without a body', async () => {
    const { url, key, log } = await served()
    const reader = await http({ api: url, apiKey: key }).reader()
    const observation = await reader.observe(PROJECT)
    const known = observation.status === 'modified' ? observation.etag : ''
    log.length = 0
    expect(await reader.observe(PROJECT, known)).toEqual({ status: 'not_modified' })
    expect(log.map(({ route, status }) => `${route} ${status}`)).toEqual(['/v2/identity/flow_state 304'])
  })

  test('tries again twice after a fault of the service', async () => {
    const { url, requests } = await aWebServer((_request, response, count) => {
      if (count < 3) response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
      else response.end('{"object":"list","url":"/","has_more":false,"data":[]}')
    })
    const reader = await http({ api: url, apiKey: KEY }).reader()
    expect((await reader.listFlows()).data).toEqual([])
    expect(requests).toHaveLength(3)
  })

  test('tries again after a connection that was cut', async () => {
    const { url } = await aWebServer((request, response, count) => {
      if (count === 1) request.socket.resetAndDestroy()
      else response.end('{"object":"list","url":"/","has_more":false,"data":[]}')
    })
    const reader = await http({ api: url, apiKey: KEY }).reader()
    expect((await reader.listFlows()).data).toEqual([])
  })

  test('gives up after the third fault, and names address and request', async () => {
    const { url, requests } = await aWebServer((_request, response) =>
      response.writeHead(500, { 'request-id': 'req_1' }).end('{"error":{"type":"api_error","message":"oh"}}'),
    )
    const reader = await http({ api: url, apiKey: KEY }).reader()
    expect(await failure(reader.listFlows())).toMatchObject({ kind: 'unreachable', requestId: 'req_1' })
    expect(requests).toHaveLength(3)
  })

  test('tells when nobody listens there', async () => {
    const reader = await http({ api: await aClosedPort(), apiKey: KEY }).reader()
    const error = await failure(reader.listFlows())
    expect(error).toMatchObject({ kind: 'unreachable' })
    expect(error.message).toMatch(/^http:\/\/127\.0\.0\.1:\d+ cannot be reached: ECONNREFUSED$/)
  })

  test.each([
    ['a web page', 200, '<!doctype html><title>Welcome</title>'],
    ['another JSON', 200, '["hello"]'],
    ['an empty body', 200, ''],
    ['a page that is not there', 404, '<h1>Not found</h1>'],
    ['JSON of something else', 404, '{"message":"not found"}'],
  ])('%s is no answer of a flows API', async (_what, status, body) => {
    const { url, requests } = await aWebServer((_request, response) => response.writeHead(status).end(body))
    const error = await failure((await http({ api: url, apiKey: KEY }).reader()).observe(PROJECT))
    expect(error).toMatchObject({ kind: 'unreachable' })
    expect(requests, 'and does not get better by asking again').toHaveLength(1)
    expect(error.message).toContain('not as a flows API does')
  })

  test('a state without its parts is no answer of a flows API', async () => {
    const { url } = await aWebServer((_request, response) => response.end('{"hello":"world"}'))
    const reader = await http({ api: url, apiKey: KEY }).reader()
    expect(await failure(reader.observe(PROJECT))).toMatchObject({ kind: 'unreachable' })
  })

  test('follows no redirect: the key goes only where the configuration says', async () => {
    const elsewhere = await aWebServer((_request, response) => response.end('{}'))
    const { url } = await aWebServer((_request, response) => response.writeHead(307, { location: elsewhere.url }).end())
    const reader = await http({ api: url, apiKey: KEY }).reader()
    expect(await failure(reader.listFlows())).toMatchObject({ kind: 'unreachable' })
    expect(elsewhere.requests).toEqual([])
  })
})

describe('writing over HTTP', () => {
  test('a deployment carries the digest of its plan as idempotency key', async () => {
    let header: string | string[] | undefined
    const { url } = await aWebServer((request, response) => {
      header = request.headers['idempotency-key']
      response.end('{"object":"identity.flow_deployment"}')
    })
    const request = aDeployment([creating('a')])
    await (await http({ api: url, apiKey: KEY }).writer()).deploy(request)
    expect(header).toBe(request.plan_digest)
  })

  test('a request that got no answer is sent again under the same idempotency key', async () => {
    const keys = new Set<unknown>()
    const { url, requests } = await aWebServer((request, response, count) => {
      keys.add(request.headers['idempotency-key'])
      if (count < 3) request.socket.resetAndDestroy()
      else response.end('{"object":"identity.verification_session"}')
    })
    await (await http({ api: url, apiKey: KEY }).writer()).createSession({ type: 'document' })
    expect(requests).toHaveLength(3)
    expect(keys.size).toBe(1)
  })

  test.each([
    ['a web page', 200, '<!doctype html>'],
    ['another JSON', 200, '{"hello":"world"}'],
  ])('%s is no answer of a flows API', async (_what, status, body) => {
    const { url } = await aWebServer((_request, response) => response.writeHead(status).end(body))
    const writer = await http({ api: url, apiKey: KEY }).writer()
    const error = await failure(writer.createSession({ type: 'document' }))
    expect(error).toMatchObject({ kind: 'unreachable' })
    expect(error.message).toContain('not as a flows API does')
  })

  test('tells when nobody listens there', async () => {
    const writer = await http({ api: await aClosedPort(), apiKey: KEY }).writer()
    const error = await failure(writer.deploy(aDeployment([creating('a')])))
    expect(error).toMatchObject({ kind: 'unreachable' })
    expect(error.message).toMatch(/^http:\/\/127\.0\.0\.1:\d+ cannot be reached: ECONNREFUSED$/)
  })
})

describe('keys', () => {
  test('a key that is unknown may neither read nor write, and is not repeated', async () => {
    const { url } = await served()
    const remote = http({ api: url, apiKey: KEY })
    const reading = await failure((await remote.reader()).observe(PROJECT))
    const writing = await failure((await remote.writer()).deploy(aDeployment([creating('a')])))
    for (const error of [reading, writing]) {
      expect(error).toMatchObject({ kind: 'not_authorised', requestId: expect.stringMatching(/^req_/) })
    }
  })

  test('403 is as good as 401', async () => {
    const { url } = await aWebServer((_request, response) =>
      response.writeHead(403).end('{"error":{"type":"invalid_request_error","message":"no"}}'),
    )
    const remote = http({ api: url, apiKey: KEY })
    expect(await failure((await remote.reader()).listFlows())).toMatchObject({ kind: 'not_authorised' })
    expect(await failure((await remote.writer()).createSession({}))).toMatchObject({ kind: 'not_authorised' })
  })

  test.each(['', 'sk_test_averysecret\n', 'sk_test_averysecret key', 'sk_test_averysecret\u00e4'])(
    'a key that no header can hold is refused before anything is sent: %j',
    (apiKey) => {
      expect(() => http({ api: 'http://127.0.0.1:9', apiKey })).toThrow(RemoteError)
      try {
        http({ api: 'http://127.0.0.1:9', apiKey })
      } catch (error) {
        expect((error as RemoteError).kind).toBe('not_authorised')
        expect(String(error)).not.toContain('averysecret')
      }
    },
  )
})

describe('the address of the API', () => {
  test.each([
    ['https://example.com/flows', 'root of its host'],
    ['https://example.com/?a=1', 'root of its host'],
    ['https://user:pass@example.com', 'credentials'],
    ['ftp://example.com', 'https://'],
    ['example.com', 'address'],
    ['', 'address'],
  ])('%j cannot work, and is refused at once', (api, why) => {
    expect(() => http({ api, apiKey: KEY })).toThrow(
      expect.objectContaining({ name: 'RemoteError', kind: 'invalid', message: expect.stringContaining(why) }),
    )
  })

  test('a slash at the end makes no difference', () => {
    expect(http({ api: 'https://flows.example.com/', apiKey: KEY }).label).toBe('https://flows.example.com')
  })
})
