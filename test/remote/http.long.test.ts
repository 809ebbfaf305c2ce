import { inspect } from 'node:util'
import { describe, expect, expectTypeOf, onTestFinished, test, vi } from 'vitest'
import { isState } from '../../src/remote/http/generated/answers.js'
import { http } from '../../src/remote/http/http.js'
import type { ReadTransport } from '../../src/remote/http/transport.js'
import { RemoteError } from '../../src/remote/remote.js'
import { listKeys } from '../../src/service/operations/keys/keys.js'
import { aConfig, PROJECT } from '../helpers/builders.js'
import { cpuTimer } from '../helpers/cpu-time.js'
import { aDeployment, creating } from '../service/deployment-requests.js'
import { served, TESTER } from '../service/serving.js'
import { aClosedPort, aProxyTo, aWebServer } from './web-server.js'

const KEY = 'sk_test_averysecretkey'

const TOO_MANY = '{"error":{"type":"invalid_request_error","code":"rate_limit","message":"Too many."}}'

const DEPLOYED = {
  id: 'vfd_1',
  object: 'identity.flow_deployment',
  created: 1,
  livemode: false,
  project: PROJECT,
  plan_digest: 'd',
  approved_digest: null,
  run_id: 'run-1',
  actor: null,
  source: null,
  allowed: [],
  changes: [],
}
const SESSION = {
  id: 'vs_1',
  object: 'identity.verification_session',
  created: 1,
  livemode: false,
  status: 'requires_input',
  type: 'document',
  metadata: {},
  options: {},
  client_reference_id: null,
}
const OBSERVED = {
  id: 'vf_1',
  key: 'a',
  project: null,
  status: 'active',
  version: 1,
  config: aConfig(),
  applied: null,
  applied_status: null,
  applied_key: null,
  updated: 1,
  updated_by: null,
  static_link_url: 'https://flows.example.com/l/a',
  sessions_last_30_days: 0,
}

async function failure(work: Promise<unknown>): Promise<RemoteError> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(RemoteError)
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('averysecret')
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

  test('says after some seconds that nothing was answered, and gives up after half a minute', async () => {
    const { url, requests } = await aWebServer(() => {})
    let silences = 0
    const reader = await http({ api: url, apiKey: KEY, onSilence: () => (silences += 1) }).reader()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const both = Promise.all([failure(reader.listFlows()), failure(reader.observe(PROJECT))])
    await vi.advanceTimersByTimeAsync(2900)
    expect(silences).toBe(0)
    await vi.advanceTimersByTimeAsync(200)
    expect(silences).toBe(1)
    await vi.advanceTimersByTimeAsync(27_000)
    for (const error of await both) {
      expect(error).toMatchObject({
        kind: 'unreachable',
        retryIsSafe: true,
        message: `${url} cannot be reached: no answer in time`,
      })
    }
    expect(silences).toBe(1)
    expect(requests.length).toBeLessThanOrEqual(2)
  })

  test('an answer that has begun may take longer than half a minute', async () => {
    const { url } = await aWebServer((_request, response) => {
      response.write('{"object":"list",')
      setImmediate(() => setTimeout(() => response.end('"url":"/","has_more":false,"data":[]}'), 40_000))
    })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const list = (await http({ api: url, apiKey: KEY }).reader()).listFlows()
    for (let turn = 0; turn < 50; turn += 1) {
      await new Promise((next) => setImmediate(next))
      await vi.advanceTimersByTimeAsync(turn < 20 ? 0 : 2000)
    }
    expect((await list).data).toEqual([])
  })

  test('waits as long as it is asked to where it sent too many requests, however often', async () => {
    const { url, requests } = await aWebServer((_request, response, count) => {
      if (count < 6) response.writeHead(429, { 'retry-after': '0' }).end(TOO_MANY)
      else if (count === 6) response.writeHead(429, { 'retry-after': '1' }).end(TOO_MANY)
      else response.end('{"object":"list","url":"/","has_more":false,"data":[]}')
    })
    const reader = await http({ api: url, apiKey: KEY }).reader()
    const begun = Date.now()
    expect((await reader.listFlows()).data).toEqual([])
    expect(requests).toHaveLength(7)
    expect(Date.now() - begun).toBeGreaterThanOrEqual(1000)
  })

  test.each([
    ['longer than it waits for an answer', { 'retry-after': '31' }],
    ['until a time of day that is too far away', { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }],
    ['in vain', { 'retry-after': '1', 'stripe-should-retry': 'false' }],
  ])('does not wait %s, and says that there were too many requests', async (_what, headers) => {
    const { url, requests } = await aWebServer((_request, response) => response.writeHead(429, headers).end(TOO_MANY))
    const reader = await http({ api: url, apiKey: KEY }).reader()
    const error = await failure(reader.listFlows())
    expect(error).toMatchObject({ kind: 'unreachable', code: 'rate_limit', message: 'Too many.', retryIsSafe: true })
    expect(requests).toHaveLength(1)
  })

  test('a server on the way that asks to slow down need not know the API', async () => {
    const { url } = await aWebServer((_request, response) =>
      response.writeHead(429, { 'retry-after': '60' }).end('<h1>Slow down</h1>'),
    )
    const error = await failure((await http({ api: url, apiKey: KEY }).reader()).listFlows())
    expect(error).toMatchObject({ kind: 'unreachable', code: 'rate_limit' })
    expect(error.message).toContain('answered 429: too many requests')
  })

  test('tells when nobody listens there', async () => {
    const reader = await http({ api: await aClosedPort(), apiKey: KEY }).reader()
    const error = await failure(reader.listFlows())
    expect(error).toMatchObject({ kind: 'unreachable', cause: { cause: { code: 'ECONNREFUSED' } } })
    expect(error.message).toMatch(/^http:\/\/127\.0\.0\.1:\d+ cannot be reached: ECONNREFUSED$/)
  })

  test.each([
    ['a web page', 200, '<!doctype html><title>Welcome</title>'],
    ['another JSON', 200, '["hello"]'],
    ['an empty body', 200, ''],
    ['a page that is not there', 404, '<h1>Not found</h1>'],
    ['JSON of something else', 404, '{"message":"not found"}'],
    ['the page of a proxy where one signs in', 401, '<h1>Sign in</h1>'],
    ['the page of a proxy that blocks', 403, '<h1>Blocked</h1>'],
    ['the error of another API', 403, '{"error":{"code":403,"message":"denied","status":"PERMISSION_DENIED"}}'],
    ['an error without its message', 401, '{"error":{"type":"invalid_request_error"}}'],
  ])('%s is no answer of a flows API', async (_what, status, body) => {
    const { url, requests } = await aWebServer((_request, response) => response.writeHead(status).end(body))
    const error = await failure((await http({ api: url, apiKey: KEY }).reader()).observe(PROJECT))
    expect(error).toMatchObject({ kind: 'unreachable', code: 'not_a_flows_api' })
    expect(requests, 'and does not get better by asking again').toHaveLength(1)
    expect(error.message).toContain("that is not a flows API's")
  })

  test('a state without its parts is no answer of a flows API', async () => {
    const { url } = await aWebServer((_request, response) => response.end('{"hello":"world"}'))
    const reader = await http({ api: url, apiKey: KEY }).reader()
    expect(await failure(reader.observe(PROJECT))).toMatchObject({ kind: 'unreachable' })
  })

  const stateWith = (flow: object) => ({
    livemode: false,
    store: 'store-1',
    last_deployment: null,
    flows: [{ ...OBSERVED, ...flow }],
  })

  test.each([
    ['a mode that is none', { ...stateWith({}), livemode: 'no' }],
    ['a store that is none', { ...stateWith({}), store: 7 }],
    ['a last deployment that is none', { ...stateWith({}), last_deployment: 7 }],
    ['flows that are no list', { ...stateWith({}), flows: {} }],
    ['a flow that is none', { ...stateWith({}), flows: [null] }],
    ['a key that is no text', stateWith({ key: 7 })],
    ['a version that is no number', stateWith({ version: '1' })],
    ['an unknown status', stateWith({ status: 'gone' })],
    ['no configuration', stateWith({ config: null })],
    ['a configuration without options', stateWith({ config: { ...aConfig(), options: undefined } })],
    ['an applied configuration that is none', stateWith({ applied: {} })],
    ['metadata that is no text', stateWith({ config: { ...aConfig(), metadata: { a: {} } } })],
  ])('a state with %s is no answer of a flows API', async (_what, state) => {
    const { url } = await aWebServer((_request, response) => {
      response.setHeader('etag', '"1"')
      response.end(JSON.stringify(state))
    })
    const error = await failure((await http({ api: url, apiKey: KEY }).reader()).observe(PROJECT))
    expect(error).toMatchObject({ kind: 'unreachable', message: expect.stringContaining("that is not a flows API's") })
  })

  test('a state that says more than is known is taken, and ten thousand flows are checked at once', async () => {
    const flows = Array.from({ length: 10_000 }, (_, n) => ({ ...OBSERVED, key: `f${n}`, colour: 'red' }))
    expect(isState({ ...stateWith({}), flows })).toBe(true)
    const spent = cpuTimer()
    isState({ ...stateWith({}), flows })
    expect(spent()).toBeLessThan(250)
  })

  test.each(['{"object":"x"}', '{"object":"list"}', '{"object":"list","has_more":false,"data":[7]}'])(
    'neither list nor flow nor session is %s',
    async (body) => {
      const { url } = await aWebServer((_request, response) => response.end(body))
      const reader = await http({ api: url, apiKey: KEY }).reader()
      for (const work of [
        reader.listFlows(),
        reader.retrieveFlow('a'),
        reader.listSessions(),
        reader.retrieveSession('vs_1'),
      ]) {
        expect(await failure(work)).toMatchObject({ kind: 'unreachable' })
      }
    },
  )

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
      response.end(JSON.stringify(DEPLOYED))
    })
    const request = aDeployment([creating('a')])
    await (await http({ api: url, apiKey: KEY }).writer()).deploy(request)
    expect(header).toBe(request.plan_digest)
  })

  test('a key whose answer got lost is named, so that it can be revoked: nobody has its secret', async () => {
    const { url, key, service } = await served()
    const losing = await aWebServer(async (request, response, count) => {
      const { host: _host, connection: _connection, ...headers } = request.headers
      const answer = await fetch(url + request.url, {
        method: 'POST',
        headers: headers as Record<string, string>,
        body: 'name=ci',
      })
      const text = await answer.text()
      if (count === 1) response.destroy()
      else response.writeHead(answer.status).end(text)
    })
    const writer = await http({ api: losing.url, apiKey: key }).writer()
    const error = await failure(writer.createKey({ name: 'ci' }))
    const [made] = (await service.read(TESTER, listKeys)).data
    expect(error).toMatchObject({ kind: 'unreachable', code: 'key_lost', retryIsSafe: false })
    expect(error.message).toContain(`made the key ${made?.id}`)
    expect(losing.requests).toHaveLength(2)
  })

  test('a request that got no answer is sent again under the same idempotency key', async () => {
    const keys = new Set<unknown>()
    const { url, requests } = await aWebServer((request, response, count) => {
      keys.add(request.headers['idempotency-key'])
      if (count < 3) request.socket.resetAndDestroy()
      else response.end(JSON.stringify(SESSION))
    })
    await (await http({ api: url, apiKey: KEY }).writer()).createSession({ type: 'document' })
    expect(requests).toHaveLength(3)
    expect(keys.size).toBe(1)
  })

  test.each([
    ['a web page', 200, '<!doctype html>'],
    ['another JSON', 200, '{"hello":"world"}'],
    ['another object', 200, '{"object":"x"}'],
    ['a list', 200, '{"object":"list"}'],
    ['JSON that is no object', 200, '7'],
    ['null', 200, 'null'],
    ['an error that is none', 400, '{"error":true}'],
    ['a redirect that leads nowhere', 302, JSON.stringify(DEPLOYED)],
    ['a refusal by somebody else', 403, '<h1>Blocked</h1>'],
    ['nothing', 204, undefined],
  ])('%s is no answer of a flows API', async (_what, status, body) => {
    const { url } = await aWebServer((_request, response) => response.writeHead(status).end(body))
    const writer = await http({ api: url, apiKey: KEY }).writer()
    for (const work of [writer.createSession({ type: 'document' }), writer.deploy(aDeployment([creating('a')]))]) {
      const error = await failure(work)
      expect(error).toMatchObject({ kind: 'unreachable' })
      expect(error.message).toContain("that is not a flows API's")
    }
  })

  test('only of a deployment is it said that it may be sent again: it is named by its digest', async () => {
    const { url } = await aWebServer((_request, response) => response.end('?'))
    const remote = http({ api: url, apiKey: KEY })
    const [reader, writer] = [await remote.reader(), await remote.writer()]
    expect(await failure(reader.listFlows())).toMatchObject({ retryIsSafe: true })
    expect(await failure(writer.deploy(aDeployment([creating('a')])))).toMatchObject({ retryIsSafe: true })
    expect(await failure(writer.createSession({}))).toMatchObject({ retryIsSafe: false })
  })

  test('waits as long as it is asked to where it sent too many requests, however often', async () => {
    const keys = new Set<unknown>()
    const { url, requests } = await aWebServer((request, response, count) => {
      keys.add(request.headers['idempotency-key'])
      if (count < 6) {
        const headers = { 'retry-after': count === 5 ? '1' : '0', 'stripe-should-retry': 'true' }
        response.writeHead(429, headers).end(TOO_MANY)
      } else response.end(JSON.stringify(DEPLOYED))
    })
    const begun = Date.now()
    await (await http({ api: url, apiKey: KEY }).writer()).deploy(aDeployment([creating('a')]))
    expect(requests).toHaveLength(6)
    expect(keys.size).toBe(1)
    expect(Date.now() - begun).toBeGreaterThanOrEqual(1000)
  })

  test('does not wait longer than half a minute, and says that there were too many requests', async () => {
    const headers = { 'retry-after': '31', 'stripe-should-retry': 'true' }
    const { url, requests } = await aWebServer((_request, response) => response.writeHead(429, headers).end(TOO_MANY))
    const error = await failure((await http({ api: url, apiKey: KEY }).writer()).deploy(aDeployment([creating('a')])))
    expect(error).toMatchObject({ kind: 'unreachable', code: 'rate_limit', message: 'Too many.' })
    expect(requests).toHaveLength(1)
  })

  test('a request larger than the API takes is not sent', async () => {
    const { url, requests } = await aWebServer((_request, response) => response.end('{}'))
    const writer = await http({ api: url, apiKey: KEY }).writer()
    const large = aDeployment([creating('a', { description: 'x'.repeat(32 * 1024 * 1024) })])
    const error = await failure(writer.deploy(large))
    expect(error).toMatchObject({ kind: 'invalid', code: 'request_too_large' })
    expect(error.message).toMatch(/32\.0 MiB, and http\S+ takes 32 MiB at most\. Change fewer flows at once/)
    expect(requests).toEqual([])
  })

  test.each(['<h1>413</h1>', '{"error":{"type":"invalid_request_error","message":"Too large: 1 MiB at most."}}'])(
    'a request larger than a server on the way takes is told as that: %s',
    async (body) => {
      const { url } = await aWebServer((_request, response) => response.writeHead(413).end(body))
      const error = await failure((await http({ api: url, apiKey: KEY }).writer()).deploy(aDeployment([creating('a')])))
      expect(error).toMatchObject({ kind: 'invalid', code: 'request_too_large' })
      expect(error.message).toMatch(/too large/i)
    },
  )

  test('tells when nobody listens there', async () => {
    const writer = await http({ api: await aClosedPort(), apiKey: KEY }).writer()
    const error = await failure(writer.deploy(aDeployment([creating('a')])))
    expect(error).toMatchObject({ kind: 'unreachable', cause: { cause: { code: 'ECONNREFUSED' } } })
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

  test.each([401, 403])('%i says nothing about the key where it does not come from a flows API', async (status) => {
    for (const body of ['', '<h1>no</h1>', '{"message":"no"}', '{"error":"no"}']) {
      const { url } = await aWebServer((_request, response) => response.writeHead(status).end(body))
      const remote = http({ api: url, apiKey: KEY })
      const strange = { kind: 'unreachable', code: 'not_a_flows_api' }
      expect(await failure((await remote.reader()).listFlows())).toMatchObject(strange)
      expect(await failure((await remote.writer()).createSession({}))).toMatchObject(strange)
    }
  })

  test.each([KEY, 'odd-averysecret-key'])('a key that the far side quotes is not repeated: %s', async (apiKey) => {
    for (const status of [400, 401, 412]) {
      const { url } = await aWebServer((_request, response) => {
        response.setHeader('request-id', `req_${apiKey}`)
        const stale = [{ key: apiKey, base_version: 1, current_version: 2, updated_by: apiKey, updated: 1 }, apiKey]
        const said = { type: 'invalid_request_error', message: `Bearer ${apiKey} is no good` }
        const error = { ...said, code: apiKey, param: apiKey, stale, extra: apiKey }
        response.writeHead(status).end(JSON.stringify({ error }))
      })
      const remote = http({ api: url, apiKey })
      const error = await failure((await remote.reader()).listFlows())
      expect(error.message).toMatch(/^Bearer .*\.\.\. is no good$/)
      await failure((await remote.writer()).createSession({}))
      expect(error.stale).toHaveLength(1)
    }
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

describe('a remote of one mode', () => {
  test('takes no key whose prefix says the other', () => {
    for (const [apiKey, mode] of [
      ['rk_live_averysecretkey', 'test'],
      [KEY, 'live'],
    ] as const) {
      expect(() => http({ api: 'http://127.0.0.1:9', apiKey, mode })).toThrow(
        expect.objectContaining({ kind: 'not_authorised', code: 'key_of_other_mode' }),
      )
    }
  })

  const current = (livemode: boolean) =>
    JSON.stringify({
      id: 'ak_1',
      object: 'api_key',
      livemode,
      name: 'ci',
      scopes: null,
      expires: null,
      type: 'secret',
    })

  test('asks for the mode of a key that does not carry it, before it reads or writes', async () => {
    const { url, requests } = await aWebServer((_request, response) => void response.end(current(true)))
    const remote = http({ api: url, apiKey: 'averysecret-of-a-gateway', mode: 'test' })
    expect((await failure(remote.reader())).code).toBe('key_of_other_mode')
    expect((await failure(remote.writer())).code).toBe('key_of_other_mode')
    expect(requests).toEqual(['GET /v1/api_keys/current', 'GET /v1/api_keys/current'])
  })

  test('gives out no answer that is of the other mode', async () => {
    const flowState = { livemode: true, store: 's', last_deployment: null, flows: [] }
    const page = { object: 'list', has_more: false, data: [SESSION, { ...SESSION, livemode: true }] }
    const { url } = await aWebServer(({ url: path }, response) => {
      response.setHeader('etag', '"1"')
      response.end(JSON.stringify(path?.includes('flow_state') ? flowState : page))
    })
    const reader = await http({ api: url, apiKey: KEY, mode: 'test' }).reader()
    expect((await failure(reader.observe(PROJECT))).code).toBe('key_of_other_mode')
    expect((await failure(reader.listSessions())).code).toBe('key_of_other_mode')
    const anyMode = await http({ api: url, apiKey: KEY }).reader()
    expect((await anyMode.listSessions()).data).toHaveLength(2)
  })
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
