import { connect } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { startServer } from '../../src/service/http/server.js'
import type { Store } from '../../src/store/store.js'
import { StoreError } from '../../src/store/store-error.js'
import { aDeployment, creating } from './deployment-requests.js'
import { type Called, type Served, served } from './serving.js'

const FLOWS = '/v1/identity/verification_flows'
const SESSIONS = '/v1/identity/verification_sessions'

function expectError({ status, headers, body }: Called, expected: number, message: RegExp) {
  expect(status).toBe(expected)
  expect(body.error.message).toMatch(message)
  expect(headers.get('request-id')).toMatch(/^req_[0-9a-z]{24}$/)
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
  if (expected < 500) expect(headers.get('stripe-should-retry')).toBe('false')
}

/** Sends bytes as they are, and reads the one answer until the connection ends. */
async function raw(url: string, bytes: string | Buffer) {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.end(bytes)
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  const [head = '', body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), head, json: JSON.parse(body) }
}

describe('keys', () => {
  test('are taken as Bearer and as user name of Basic', async () => {
    const { call, key } = await served()
    for (const authorization of [`Bearer ${key}`, `bearer ${key}`, `Basic ${btoa(`${key}:`)}`, `Basic ${btoa(key)}`]) {
      expect((await call('GET', FLOWS, { headers: { authorization } })).status).toBe(200)
    }
  })

  test.each(['', 'Bearer', 'Bearer ', 'Basic', `Basic ${btoa(':')}`, 'Digest abc', 'Basic !!!'])(
    'are asked for when the header is %j',
    async (authorization) => {
      const { call } = await served()
      const answer = await call('GET', FLOWS, { headers: { authorization } })
      expectError(answer, 401, /^(?:You did not provide an API key|Invalid API Key provided)/)
      expect(answer.body.error.type).toBe('invalid_request_error')
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
    },
  )

  test('that are unknown are refused without being repeated', async () => {
    const { call } = await served()
    const answer = await call('GET', FLOWS, { key: 'sk_test_secretsecret' })
    expectError(answer, 401, /^Invalid API Key provided/)
    expect(JSON.stringify(answer.body)).not.toContain('secretsecret')
  })
})

describe('what is asked for in vain', () => {
  test.each([
    ['GET', '/'],
    ['GET', '/v1/identity/nope'],
    ['DELETE', FLOWS],
    ['PUT', `${FLOWS}/a`],
    ['GET', `${FLOWS}/a/b/c`],
    ['POST', '/v2/identity/flow_state'],
  ])('%s %s is no address of the API', async (method, path) => {
    const { call } = await served()
    expectError(await call(method, `${path}?query=secret`), 404, /^Unrecognized request URL \([A-Z]+: [^?]*\)\.$/)
  })

  test.each(['application/json', 'application/x-www-form-urlencoded', 'text/plain', ''])(
    'an address that does not exist, whatever is sent to it: %j',
    async (type) => {
      const { call } = await served()
      const answer = await call('POST', '/v1/identity/nope', {
        body: 'x'.repeat(3_000_000),
        headers: { 'content-type': type },
      })
      expectError(answer, 404, /^Unrecognized request URL/)
    },
  )

  test('an address that is not well encoded', async () => {
    const { call, log } = await served()
    for (const path of ['%zz', '%ff']) expectError(await call('GET', `${FLOWS}/${path}`), 400, /not well encoded/)
    await expect.poll(() => log).toMatchObject([{ route: null, status: 400, key: null }, { status: 400 }])
  })

  test('an id with NUL, or longer than any', async () => {
    const { call } = await served()
    expectError(await call('GET', `${FLOWS}/a%00b`), 404, /No such/)
    for (const length of [300, 501, 10_000]) {
      expectError(await call('GET', `${SESSIONS}/${'a'.repeat(length)}`), 404, /No such.{0,200}$/)
    }
  })

  test('what is not HTTP is answered in JSON too', async () => {
    const { url } = await served()
    const { head, json } = await raw(url, 'HELLO\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 400 /)
    expect(head).toContain('Request-Id: req_')
    expect(json.error.type).toBe('invalid_request_error')
  })
})

describe('bodies', () => {
  test.each([
    ['JSON', 'application/json', '{"type":"document"}'],
    ['no type that is known', 'text/plain', 'type=document'],
    ['several parts', 'multipart/form-data; boundary=x', '--x--'],
  ])('of /v1 with %s are refused', async (_what, type, body) => {
    const { call } = await served()
    const answer = await call('POST', SESSIONS, { body, headers: { 'content-type': type } })
    expectError(answer, 400, /application\/x-www-form-urlencoded/)
  })

  test('of /v2 as a form are refused', async () => {
    const { call } = await served()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expectError(await call('POST', '/v2/identity/flow_deployments', { body: 'a=b', headers }), 400, /application\/json/)
  })

  test.each(['{', 'nothing', '{"a":1}}', ''])('of /v2 that are not JSON are refused: %j', async (body) => {
    const { call } = await served()
    expectError(await call('POST', '/v2/identity/flow_deployments', { body }), 400, /not JSON|Missing required param/)
  })

  test.each(['null', '[]', '"text"', '1'])('of /v2 that are no object are refused: %s', async (body) => {
    const { call } = await served()
    expectError(
      await call('POST', '/v2/identity/flow_deployments', { body }),
      400,
      /must be an object|Missing required/,
    )
  })

  test('are bounded', async () => {
    const { call } = await served()
    const form = `metadata[a]=${'x'.repeat(1024 * 1024)}`
    expectError(await call('POST', SESSIONS, { body: form }), 413, /limit is 1 MiB \(1048576 bytes\)/)
    const json = JSON.stringify({ a: 'x'.repeat(32 * 1024 * 1024) })
    expectError(
      await call('POST', '/v2/identity/flow_deployments', { body: json }),
      413,
      /limit is 32 MiB \(33554432 bytes\)\. Deploy fewer flows/,
    )
    const large = aDeployment(
      Array.from({ length: 2000 }, (_, n) => creating(`f${n}`, { description: 'x'.repeat(1000) })),
    )
    expect((await call('POST', '/v2/identity/flow_deployments', { body: large })).status).toBe(200)
  })

  test('and queries are one bucket under /v1: a guard counts wherever it stands', async () => {
    const { call } = await served()
    await call('POST', FLOWS, { body: 'key=a&name=A&type=document' })
    for (const path of [`${FLOWS}/a`, `${FLOWS}/a/archive`]) {
      const { status, body } = await call('POST', `${path}?expected_version=7`, { body: {} })
      expect([status, body.error.code]).toEqual([412, 'flow_version_conflict'])
    }
    const created = await call('POST', `${SESSIONS}?type=id_number&metadata[a]=query&metadata[b]=query`, {
      body: 'type=document&metadata[b]=body&client_reference_id=body',
    })
    expect(created.body).toMatchObject({
      type: 'document',
      client_reference_id: 'body',
      metadata: { a: 'query', b: 'body' },
    })
    expect((await call('POST', `${SESSIONS}?typ=document`, { body: {} })).body.error).toMatchObject({
      code: 'parameter_unknown',
      param: 'typ',
    })
  })

  test.each(['Content-Length: ', 'Transfer-Encoding: chunked'])(
    'of a GET and a DELETE are forms under /v1, as those of a POST (%s)',
    async (framing) => {
      const api = await served()
      const kept = await api.call('POST', SESSIONS, { body: 'type=document&client_reference_id=b' })
      await api.call('POST', SESSIONS, { body: 'type=document&client_reference_id=a' })
      const send = (request: string, text: string, type = 'Content-Type: application/x-www-form-urlencoded') => {
        const isSized = framing.startsWith('Content')
        const length = isSized ? `${framing}${Buffer.byteLength(text)}` : framing
        const body = isSized ? text : text === '' ? chunk('') : chunk(text) + chunk('')
        const head = [
          `${request} HTTP/1.1`,
          'Host: x',
          `Authorization: Bearer ${api.key}`,
          'Connection: close',
          length,
          type,
        ]
        return raw(api.url, `${head.join('\r\n')}\r\n\r\n${body}`)
      }
      const listed = await send(
        `GET ${SESSIONS}?client_reference_id=a`,
        'client_reference_id=b&expand[]=data.verified_outputs',
      )
      expect(listed.json.data).toMatchObject([{ id: kept.body.id, verified_outputs: null }])
      expect((await send(`GET ${SESSIONS}`, 'limt=1')).json.error).toMatchObject({ param: 'limt' })
      expect((await send(`GET ${SESSIONS}`, 'limit=1', 'Content-Type: application/json')).json.error.message).toMatch(
        /^Invalid Content-Type: application\/json/,
      )
      const large = await send(`GET ${SESSIONS}`, `client_reference_id=${'a'.repeat(1_048_576)}`)
      expect(large.status).toBe(413)
      const endpoint = await api.call('POST', '/v1/webhook_endpoints', {
        body: { url: 'https://example.com', enabled_events: { 0: '*' } },
      })
      const path = `/v1/webhook_endpoints/${endpoint.body.id}`
      expect((await send(`DELETE ${path}`, 'force=true')).json.error).toMatchObject({ param: 'force' })
      expect((await send(`DELETE ${path}`, '')).json).toMatchObject({ deleted: true })
    },
  )

  test('are for POST, queries for GET under /v2: what stands in the other place is refused, not overlooked', async () => {
    const { call, url, key } = await served()
    const answer = await call('POST', '/v2/identity/flow_deployments?expected_version=7', { body: {} })
    expectError(answer, 400, /expected_version. The parameters of a POST go in its body/)
    expect(answer.body.error).toMatchObject({ code: 'parameter_unknown', param: 'expected_version' })
    for (const path of ['/v2/identity/flow_deployments', '/v2/identity/flow_state?project=p']) {
      for (const framing of ['Content-Length: 7', 'Transfer-Encoding: chunked']) {
        const body = framing.startsWith('C') ? 'limit=1' : '7\r\nlimit=1\r\n0\r\n\r\n'
        const head = [`GET ${path} HTTP/1.1`, 'Host: x', `Authorization: Bearer ${key}`, 'Connection: close', framing]
        const { status, json } = await raw(url, `${head.join('\r\n')}\r\n\r\n${body}`)
        expect([status, json.error.code], path + framing).toEqual([400, 'parameter_unknown'])
        expect(json.error.message).toContain('query string')
      }
    }
  })

  test('may be left out where nothing is required', async () => {
    const { call, url, key } = await served()
    await call('POST', FLOWS, { body: 'key=a&name=A&type=document' })
    const response = await fetch(`${url}${FLOWS}/a/archive`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
    })
    expect(response.status).toBe(200)
  })
})

describe('parameters', () => {
  const refused = async (body: string) => {
    const { call } = await served()
    await call('POST', FLOWS, { body: 'key=a&name=A&type=document' })
    const answer = await call('POST', `${FLOWS}/a`, { body })
    expect(answer.status, body).toBe(400)
    return answer.body.error
  }

  test.each([
    ['nam=x', 'nam', 'Received unknown parameter: nam. Did you mean name?'],
    ['colour=x', 'colour', 'Received unknown parameter: colour'],
    [
      'options[document][requireLiveCapture]=true',
      'options[document][requireLiveCapture]',
      'Received unknown parameter: options[document][requireLiveCapture]. Did you mean options[document][require_live_capture]?',
    ],
    ['__proto__=x', '__proto__', 'Received unknown parameter: __proto__'],
    ['metadata[__proto__]=x', 'metadata[__proto__]', 'Received unknown parameter: metadata[__proto__]'],
    ['metadata[__proto__][x]=x', 'metadata[__proto__][x]', 'Received unknown parameter: metadata[__proto__][x]'],
  ])('that are unknown are named: %s', async (body, param, message) => {
    expect(await refused(body)).toMatchObject({ code: 'parameter_unknown', param, message })
  })

  test.each([
    ['protected=yes', 'protected', 'Invalid boolean: yes'],
    ['protected[]=true', 'protected', 'Invalid boolean'],
    ['protected=1', 'protected', 'Invalid boolean: 1'],
    ['protected=tRUE', 'protected', 'Invalid boolean: tRUE'],
    ['metadata[a]=b&metadata=', 'metadata', "Invalid form: 'metadata' is given in two ways."],
    ['metadata=&metadata[a]=b', 'metadata[a]', "Invalid form: 'metadata[a]' is given in two ways."],
    ['metadata[]=b', 'metadata', 'Invalid object'],
    ['options[document][allowed_types][x]=passport', 'options[document][allowed_types]', 'Invalid array'],
    ['expected_version=1.5', 'expected_version', 'Invalid integer: 1.5'],
    ['expected_version=1e3', 'expected_version', 'Invalid integer: 1e3'],
    ['name[a]=b', 'name', 'Invalid string'],
    ['options=none', 'options', 'Invalid object'],
    ['metadata=none', 'metadata', 'Invalid object'],
    ['metadata[a][b]=c', 'metadata[a]', 'Invalid string'],
    ['options[document][allowed_types]=passport', 'options[document][allowed_types]', 'Invalid array'],
    ['expand[]=nothing', 'expand[0]', 'This property cannot be expanded (nothing).'],
  ])('of the wrong kind are named: %s', async (body, param, message) => {
    expect(await refused(body)).toMatchObject({ param, message })
  })

  test.each([
    ['name=%zz', 'name', /percent-encoding/],
    ['name=%ff%fe', 'name', /percent-encoding/],
    ['name=a%00b', 'name', /NUL/],
    [`a${'[b]'.repeat(40)}=c`, expect.stringMatching(/^a\[b\]/), /more than 32 names deep/],
    ['a=b&'.repeat(10_001), undefined, /10001 parameters, more than 10000/],
    [
      'options[document][require_matching_selfie]oops=true',
      'options[document][require_matching_selfie]oops',
      /brackets/,
    ],
    ['metadata[a]tail=x', 'metadata[a]tail', /brackets/],
    ['metadata%5Ba%5Dtail=x', 'metadata[a]tail', /brackets/],
    ['=x', undefined, /brackets/],
    ['[metadata][z]=x', '[metadata][z]', /brackets/],
    ['metadata[a[b]]=x', 'metadata[a[b]]', /brackets/],
    ['metadata[a=x', 'metadata[a', /brackets/],
  ])('that are not a form are refused: %.40s', async (body, param, message) => {
    const error = await refused(body)
    expect(error.message).toMatch(/^Invalid form: /)
    expect(error.message).toMatch(message)
    expect(error.param).toEqual(param)
  })

  test('that are too many for what they are say so, by the limit that they break', async () => {
    const labels = Array.from({ length: 9_999 }, (_, n) => `metadata[${n}]=x`).join('&')
    expect(await refused(labels)).toMatchObject({ param: 'metadata', message: expect.stringContaining('50') })
  })

  test('that are given twice count as they were given last', async () => {
    const { call } = await served()
    const body = ['type=id_number&type=document', 'metadata[a]=1&metadata[a]=2']
    const session = await call('POST', SESSIONS, { body: body.join('&') })
    expect(session.body).toMatchObject({ type: 'document', metadata: { a: '2' } })
    expect((await call('GET', `${SESSIONS}?limit=ten&limit=1`)).body.data).toHaveLength(1)
  })

  test.each([
    ['true', true],
    ['True', true],
    ['TRUE', true],
    ['false', false],
    ['False', false],
    ['FALSE', false],
  ])('that are booleans are taken as clients of every language write them: %s', async (text, value) => {
    const { call } = await served()
    const { body } = await call('POST', FLOWS, {
      body: `key=a&name=A&type=document&options[document][require_matching_selfie]=${text}`,
    })
    expect(body.options.document.require_matching_selfie).toBe(value)
    expect((await call('GET', `/v1/events?delivery_success=${text}`)).status).toBe(200)
  })

  test('keep what stands after the first equals sign, brackets too', async () => {
    const { call } = await served()
    const { body } = await call('POST', SESSIONS, { body: 'type=document&metadata[a]=b]=c&metadata[0]=x=[y]' })
    expect(body.metadata).toEqual({ 0: 'x=[y]', a: 'b]=c' })
  })

  test('that are not UTF-8 are refused instead of changed', async () => {
    const { call, url, key } = await served()
    const send = async (path: string, type: string, body: Buffer) => {
      const head = [`POST ${path} HTTP/1.1`, 'Host: x', `Authorization: Bearer ${key}`, 'Connection: close']
      head.push(`Content-Type: ${type}`, `Content-Length: ${body.length}`)
      return raw(url, Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]))
    }
    const form = 'application/x-www-form-urlencoded'
    const bytes = Buffer.concat([Buffer.from('type=document&client_reference_id='), Buffer.from([0xe9, 0x20])])
    const deployments = '/v2/identity/flow_deployments'
    for (const [path, type, body, message] of [
      [SESSIONS, form, bytes, /not UTF-8/],
      [deployments, 'application/json', Buffer.from([0x22, 0xe9, 0x22]), /not UTF-8/],
      [SESSIONS, `${form}; charset=utf-16`, Buffer.from('type=document'), /charset is utf-16/],
      [deployments, 'application/json; charset="latin1"', Buffer.from('{}'), /charset is latin1/],
    ] as const) {
      const { status, json } = await send(path, type, body)
      expect([status, json.error.message]).toEqual([400, expect.stringMatching(message)])
    }
    expect((await send(SESSIONS, `${form}; charset=UTF-8`, Buffer.from('type=document'))).status).toBe(200)
    expect((await call('GET', SESSIONS)).body.data).toHaveLength(1)
    const query = `GET ${SESSIONS}?client_reference_id=\u00e9 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n`
    const asked = await raw(url, `${query}Authorization: Bearer ${key}\r\n\r\n`)
    expect(asked.json.error.message).toMatch(/percent-encoded|cannot be read as HTTP/)
  })

  test('named like members of every object are ordinary metadata', async () => {
    const { call } = await served()
    const names = ['toString', 'constructor', 'hasOwnProperty', 'key with space', 'a.b', '0', '100']
    const metadata = Object.fromEntries(names.map((name) => [name, `of ${name}`]))
    const { body } = await call('POST', SESSIONS, { body: { type: 'document', metadata } })
    expect(body.metadata).toEqual(metadata)
  })

  test('of a list are checked too', async () => {
    const { call } = await served()
    for (const [query, param] of [
      ['limit=0', 'limit'],
      ['limit=101', 'limit'],
      ['limit=', 'limit'],
      ['status=done', 'status'],
      ['created[above]=1', 'created[above]'],
      ['created=yesterday', 'created'],
      ['created=', 'created'],
      ['starting_after=vs_none', 'starting_after'],
      ['starting_after=a&ending_before=b', 'ending_before'],
      ['client_reference_id=', 'client_reference_id'],
      ['verification_flow=', 'verification_flow'],
      ['related_customer=', 'related_customer'],
      ['status=', 'status'],
      ['created[gte]=', 'created[gte]'],
      ['starting_after=', 'starting_after'],
      ['expand[]=verified_outputs', 'expand[0]'],
      ['verification_flow=none', 'verification_flow'],
    ] as const) {
      const { body } = await call('GET', `${SESSIONS}?${query}`)
      expect(body.error?.param, query).toBe(param)
    }
  })
})

describe('the state of flows', () => {
  test('is answered with 304 while it has the tag, weakened by a proxy or not', async () => {
    const { call } = await served()
    const first = await call('GET', '/v2/identity/flow_state?project=p')
    const etag = first.headers.get('etag') ?? ''
    for (const tag of [etag, `W/${etag}`]) {
      const again = await call('GET', '/v2/identity/flow_state?project=p', { headers: { 'if-none-match': tag } })
      expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, undefined, etag])
    }
    await call('POST', FLOWS, { body: 'key=a&name=A&type=document' })
    const later = await call('GET', '/v2/identity/flow_state?project=p', { headers: { 'if-none-match': etag } })
    expect(later.status).toBe(200)
  })

  test('differs by project and by mode', async () => {
    const { call, liveKey } = await served()
    const tags = await Promise.all([
      call('GET', '/v2/identity/flow_state?project=p'),
      call('GET', '/v2/identity/flow_state?project=q'),
      call('GET', '/v2/identity/flow_state?project=p', { key: liveKey }),
    ])
    expect(new Set(tags.map(({ headers }) => headers.get('etag'))).size).toBe(3)
    expect(tags.map(({ body }) => body.livemode)).toEqual([false, false, true])
  })

  test('needs a project', async () => {
    const { call } = await served()
    expectError(await call('GET', '/v2/identity/flow_state'), 400, /Missing required param: project/)
    expectError(await call('GET', '/v2/identity/flow_state?project=A%20B'), 400, /Invalid project/)
  })
})

describe('the log', () => {
  test('has a line for an id longer than any, too', async () => {
    const { call, log, key } = await served()
    const path = `${SESSIONS}/${'a'.repeat(501)}`
    expect((await call('GET', path)).status).toBe(404)
    expectError(await call('GET', path, { key: 'sk_test_unknown' }), 401, /Invalid API Key/)
    await expect.poll(() => log).toMatchObject([{ status: 404, key: key.slice(-4) }, { status: 401 }])
  })

  test('has one line per request, with the route instead of the path', async () => {
    const { call, log, key } = await served()
    await call('GET', `${FLOWS}/some-key?expand[]=x`)
    await call('GET', '/nowhere')
    expect(log).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        request: expect.stringMatching(/^req_/),
        method: 'GET',
        route: `${FLOWS}/:verification_flow`,
        status: 400,
        ms: expect.any(Number),
        mode: 'test',
        key: key.slice(-4),
      },
      expect.objectContaining({ route: null, status: 404, key: null }),
    ])
  })

  test('holds nothing personal, nothing secret and nothing of what was sent', async () => {
    const { call, log, key } = await served()
    const body = {
      type: 'document',
      client_reference_id: 'reference-secret',
      metadata: { note: 'metadata-secret' },
      provided_details: { email: 'email-secret@example.com', phone: '+14155552671' },
    }
    await call('POST', SESSIONS, { body })
    await call('POST', SESSIONS, { body: { ...body, provided_details: { email: 'email-secret' } } })
    await call('GET', `${SESSIONS}?client_reference_id=reference-secret`)
    await call('GET', `${FLOWS}/path-secret`)
    expect(log).toHaveLength(4)
    expect(JSON.stringify(log)).not.toMatch(/secret|4155552671/)
    expect(JSON.stringify(log)).not.toContain(key.slice(0, -4))
  })

  test('tells where the service itself failed; the answer does not', async () => {
    const store: Store = {
      label: 'broken',
      read: async () => {
        throw new TypeError('the message may quote email-secret@example.com')
      },
      write: async () => undefined as never,
      rateLimits: { take: async () => 1, forget: async () => {} },
      close: async () => {},
    }
    const log: object[] = []
    const server = await startServer({ store, host: '127.0.0.1', port: 0, log: (line) => log.push(line) })
    const response = await fetch(server.url + FLOWS, { headers: { authorization: 'Bearer sk_test_x' } })
    const { error } = (await response.json()) as { error: { type: string; message: string } }
    await server.close()
    expect(response.status).toBe(500)
    expect(error.type).toBe('api_error')
    expect(error.message).not.toContain('secret')
    expect(log).toEqual([expect.objectContaining({ status: 500, fault: expect.stringMatching(/^TypeError at /) })])
    expect(JSON.stringify(log)).not.toContain('secret')
  })
})

describe('a fault without a log', () => {
  test('is told in one line on stderr, by names and codes down to its cause', async () => {
    const full = Object.assign(new Error('quotes email-secret\n    at secret (place)'), { code: 'SQLITE_FULL' })
    const store: Store = {
      label: 'broken',
      read: async () => {
        throw new StoreError('unreadable', '/home/secret/store.sqlite cannot be read', { cause: full })
      },
      write: async () => undefined as never,
      rateLimits: { take: async () => 1, forget: async () => {} },
      close: async () => {},
    }
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    onTestFinished(() => stderr.mockRestore())
    const server = await startServer({ store, host: '127.0.0.1', port: 0 })
    await fetch(`${server.url}/nowhere`)
    const response = await fetch(server.url + FLOWS, { headers: { authorization: 'Bearer sk_test_x' } })
    await server.close()
    const lines = stderr.mock.calls.map(([text]) => String(text)).filter((text) => text.startsWith('{"time"'))
    const requests = lines.filter((text) => text.includes('"request"'))
    expect(requests).toHaveLength(1)
    expect(JSON.parse(requests[0] ?? '')).toMatchObject({
      request: response.headers.get('request-id'),
      route: FLOWS,
      status: 503,
      fault: expect.stringMatching(/^StoreError unreadable < Error SQLITE_FULL at /),
    })
    // What runs in the background meets the same store.
    const jobs = lines.filter((text) => text.includes('"job"')).map((text) => JSON.parse(text))
    expect(jobs).toContainEqual({
      time: expect.any(String),
      job: 'webhooks',
      fault: expect.stringMatching(/^StoreError unreadable < Error SQLITE_FULL at /),
    })
    expect(lines.join()).not.toContain('secret')
  })
})

describe('what HTTP itself refuses', () => {
  test.each([
    ['no Host', 'GET / HTTP/1.1', [], 400, 'Host'],
    ['an expectation', `GET ${FLOWS} HTTP/1.1`, ['Host: x', 'Expect: foo'], 417, 'expectation'],
    ['a wish for a proxy', 'CONNECT example.com:443 HTTP/1.1', ['Host: example.com:443'], 405, 'not a proxy'],
  ])('is answered in JSON too: %s', async (_what, line, headers, expected, message) => {
    const { url } = await served()
    const { status, head, json } = await raw(url, [line, ...headers, 'Connection: close', '', ''].join('\r\n'))
    expect(status).toBe(expected)
    expect(head).toMatch(/^request-id: req_[0-9a-z]{24}$/im)
    expect(json.error).toMatchObject({ type: 'invalid_request_error', message: expect.stringContaining(message) })
  })
})

describe('the server', () => {
  test('tells the address it listens on, and leaves it when it is closed', async () => {
    const { store }: Served = await served()
    const server = await startServer({ store, host: '127.0.0.1', port: 0 })
    expect((await fetch(server.url)).status).toBe(404)
    await server.close()
    await expect(fetch(server.url)).rejects.toThrow()
  })

  test('rejects with the error of the system when the port is taken', async () => {
    const { store, url } = await served()
    const again = startServer({ store, host: '127.0.0.1', port: Number(new URL(url).port) })
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  test('is not held up, when it closes, by who never finishes what they send', async () => {
    const { store, key } = await served()
    const server = await startServer({ store, host: '127.0.0.1', port: 0 })
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    const head = [
      `POST ${SESSIONS} HTTP/1.1`,
      'Host: x',
      `Authorization: Bearer ${key.slice(1)}`,
      'Content-Length: 1000',
    ]
    socket.write(`${head.join('\r\n')}\r\n\r\ntype=`)
    await new Promise((resolve) => socket.once('data', resolve))
    // Half of what a request may take: it is not that which ends this one.
    const start = Date.now()
    await server.close()
    expect(Date.now() - start).toBeLessThan(30_000)
    socket.destroy()
  })

  test('is not held up, when it closes, by requests whose connection broke', async () => {
    const { store } = await served()
    const server = await startServer({ store, host: '127.0.0.1', port: 0 })
    const { hostname, port } = new URL(server.url)
    for (const end of ['\x01', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf']) {
      const socket = connect(Number(port), hostname)
      const closed = new Promise((resolve) => socket.once('close', resolve))
      socket.on('error', () => {}).resume()
      socket.end('GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3) + end)
      await closed
    }
    const start = Date.now()
    await server.close()
    expect(Date.now() - start).toBeLessThan(8_000)
  })

  test('answers what is under way before it closes', async () => {
    const { store, key } = await served()
    let begun = () => {}
    const isUnderWay = new Promise<void>((resolve) => {
      begun = resolve
    })
    const slow: Store = {
      ...store,
      write: (work) => {
        begun()
        return store.write(work)
      },
    }
    const server = await startServer({ store: slow, host: '127.0.0.1', port: 0 })
    const answer = fetch(`${server.url}/v2/identity/flow_deployments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(aDeployment(Array.from({ length: 3000 }, (_, n) => creating(`f${n}`)))),
    })
    await isUnderWay
    await server.close()
    expect((await answer).status).toBe(200)
  })
})

function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
}
