import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, createServer as createRawServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { connection } from '../../src/forge/connection.js'
import { faultText } from '../../src/outbound/fault-text.js'
import { request } from '../../src/outbound/request.js'
import { http } from '../../src/remote/http/http.js'
import { aFolder, flowsProcess } from '../helpers/cli.js'
import { aClosedPort, aWebServer } from '../remote/web-server.js'
import { served } from '../service/serving.js'
import { anEndlessServer } from './endless-server.js'

const NAMES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY']

beforeEach(() => {
  for (const name of NAMES) vi.stubEnv(name, undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

const KEY = 'sk_test_averysecretkey'
const get = (url: string, most = 1024) =>
  request(url, { method: 'GET', headers: {}, signal: AbortSignal.timeout(20_000), most })

/** Why a request has no answer. */
const faultOf = (work: Promise<unknown>) => work.then(() => 'an answer', faultText)

/** A proxy that tunnels, and remembers which hosts it was asked for. */
async function aProxy(status = 200) {
  const asked: string[] = []
  const server = createServer((_request, response) => response.writeHead(405).end())
  server.on('connect', ({ url = '' }: IncomingMessage, client, head) => {
    asked.push(url)
    if (status !== 200) {
      client.end(`HTTP/1.1 ${status} No\r\n\r\n`)
      return
    }
    const [host = '', port = ''] = url.split(':')
    const target = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      target.write(head)
      target.pipe(client).pipe(target)
    })
    for (const one of [target, client]) one.on('error', () => [target, client].map((end) => end.destroy()))
    onTestFinished(() => void target.destroy())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

describe('an answer', () => {
  /** Sends until the other side hangs up, and counts what was taken. */
  async function endless() {
    const sent = { bytes: 0, isOver: false }
    const part = Buffer.alloc(64 * 1024, 'x')
    const { url } = await aWebServer((_request, response) => {
      response.on('close', () => {
        sent.isOver = true
      })
      const more = () => {
        while (!sent.isOver && response.write(part)) sent.bytes += part.length
      }
      response.on('drain', more)
      more()
    })
    return { url, sent }
  }

  test('that never ends is cut at its bound, whoever asked', async () => {
    const { url, sent } = await endless()
    expect(await faultOf(get(url, 1024 * 1024))).toBe('the answer is larger than 1 MiB: no real one is')
    await expect.poll(() => sent.isOver).toBe(true)
    expect(sent.bytes).toBeLessThan(16 * 1024 * 1024)
  })

  test('that never ends fails a reader, a writer and a forge with few bytes more than their bound', async () => {
    const bound = 128 * 1024 * 1024
    for (const ask of [
      async (url: string) => (await http({ api: url, apiKey: KEY }).reader()).listFlows(),
      async (url: string) => (await http({ api: url, apiKey: KEY }).writer()).rotateLink('a'),
      async (url: string) =>
        connection({ label: 'GitHub', api: url, token: 'ghs_secret', headers: {} }).send('POST', '/a', {}),
    ]) {
      const { url, sent } = await endless()
      const failure = await ask(url).catch((error: Error) => error)
      expect(String(failure)).toContain('the answer is larger than')
      await expect.poll(() => sent.isOver).toBe(true)
      expect(sent.bytes).toBeLessThan(bound + 32 * 1024 * 1024)
    }
  }, 240_000)
})

describe('what comes before an answer', () => {
  const INTERIM = 'it sends more than 16 interim answers (1xx) before a real one: is the address right?'
  const HEADERS = 'it answers with headers longer than 16 KiB, as no real API does: is the address right?'

  test.each([
    ['interim answers', '', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n', INTERIM],
    ['headers', 'HTTP/1.1 200 OK\r\n', 'a: b\r\n', HEADERS],
  ])('%s without end, is cut off at once, and not asked for again', async (_what, start, again, said) => {
    const { url, sent } = await anEndlessServer(start, again)
    const begun = Date.now()
    for (const [ask, label] of [
      [async () => (await http({ api: url, apiKey: KEY }).reader()).listFlows(), url],
      [async () => (await http({ api: url, apiKey: KEY }).writer()).rotateLink('a'), url],
      [() => connection({ label: 'GitHub', api: url, token: 'ghs_secret', headers: {} }).get('/user'), 'GitHub'],
    ] as const) {
      const failure = await (ask as () => Promise<unknown>)().catch((error: Error) => error.message)
      expect(failure).toBe(`${label} cannot be reached: ${said}`)
    }
    const config = `project: acme\nenvironments:\n  far: { api: "${url}", api_key_env: FAR_KEY }\n`
    const built = await flowsProcess(['list', '--env', 'far'], {
      cwd: aFolder({ 'flows.config.yaml': config }),
      env: { FAR_KEY: KEY },
    })
    expect(built).toMatchObject({ code: 1, stderr: expect.stringContaining(said) })
    expect(sent.requests).toBe(4)
    expect(sent.bytes).toBeLessThan(1e8)
    expect(Date.now() - begun).toBeLessThan(20_000)
  })

  test('a few interim answers, is passed over, on one connection as well', async () => {
    const { url } = await aWebServer((_request, response) => {
      for (let count = 0; count < 16; count += 1) response.writeEarlyHints({ link: '</a>; rel=preload' })
      response.end('{}')
    })
    for (let count = 0; count < 3; count += 1) expect((await get(url)).text).toBe('{}')
    const proxy = await aProxy()
    vi.stubEnv('HTTP_PROXY', proxy.url)
    for (let count = 0; count < 3; count += 1) expect((await get(url)).text).toBe('{}')
  })

  test('interim answers without end, is cut off through a proxy as well', async () => {
    const { url } = await anEndlessServer('', 'HTTP/1.1 103 Early Hints\r\n\r\n')
    vi.stubEnv('HTTP_PROXY', (await aProxy()).url)
    expect(await faultOf(get(url))).toBe(INTERIM)
  })
})

test.each([
  ['is not HTTP', 'SSH-2.0-OpenSSH_9.6\r\n\r\n', /^its answer is not HTTP: is the address right\?$/],
  ['breaks off', '', /^it broke off the connection before its answer was whole$/],
  ['breaks off in its body', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf', /^it broke off the connection/],
])('an answer that %s is told in words', async (_what, answer, said) => {
  const url = await aPort((socket) => socket.once('data', () => socket.end(answer)))
  expect(await faultOf(get(url))).toMatch(said)
})

/** A port where whoever connects meets this. */
async function aPort(met: (socket: Socket) => void): Promise<string> {
  const server = createRawServer((socket) => {
    socket.on('error', () => {})
    onTestFinished(() => void socket.destroy())
    met(socket)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('a proxy', () => {
  test('is gone through by reads, writes and the forge, but for what NO_PROXY names', async () => {
    const api = await served()
    const proxy = await aProxy()
    const host = api.url.replace('http://', '')
    vi.stubEnv('HTTP_PROXY', proxy.url)
    const remote = http({ api: api.url, apiKey: api.key })
    expect((await (await remote.reader()).listFlows()).data).toEqual([])
    expect(proxy.asked).toEqual([host])
    await (await remote.writer()).createSession({ type: 'document' })
    expect(new Set(proxy.asked)).toEqual(new Set([host]))
    const forge = await aWebServer((_request, response) => void response.end('{}'))
    const one = connection({ label: 'GitHub', api: forge.url, token: 'ghs_secret', headers: {} })
    await one.get('/user')
    expect(proxy.asked).toContain(forge.url.replace('http://', ''))
    const before = proxy.asked.length
    vi.stubEnv('NO_PROXY', 'example.com,127.0.0.1')
    await one.get('/user')
    expect((await (await remote.reader()).listFlows()).data).toEqual([])
    expect(proxy.asked).toHaveLength(before)
  })

  test('that a variable names is what the built program goes through as well', async () => {
    const api = await served()
    const proxy = await aProxy()
    const cwd = aFolder({
      'flows.config.yaml': `project: acme\nenvironments:\n  far: { api: "${api.url}", api_key_env: FAR_KEY }\n`,
    })
    const env = { FAR_KEY: api.key, HTTP_PROXY: proxy.url }
    expect(await flowsProcess(['list', '--env', 'far'], { cwd, env })).toMatchObject({ code: 0, stderr: 'No flows.\n' })
    expect(new Set(proxy.asked)).toEqual(new Set([api.url.replace('http://', '')]))
  })

  test('that lets nothing through, or is no address, is told without what its address holds', async () => {
    const proxy = await aProxy(407)
    vi.stubEnv('http_proxy', proxy.url.replace('//', '//user:canary@'))
    const refused = await faultOf(get('http://flows.example.com/'))
    const host = proxy.url.replace('http://', '')
    expect(refused).toBe(`the proxy ${host} (http_proxy) does not let it through: it answered 407`)
    vi.stubEnv('http_proxy', 'canary proxy')
    const wrong = await faultOf(get('http://flows.example.com/'))
    expect(wrong).toMatch(/^http_proxy is not the address of a proxy/)
    expect(refused + wrong).not.toContain('canary')
  })

  const LEADING_NOWHERE: readonly (readonly [string, () => Promise<string>, string])[] = [
    ['is down', aClosedPort, 'ECONNREFUSED'],
    ['is not known', async () => 'http://proxy.invalid:3128', '(ENOTFOUND|EAI_AGAIN)'],
    ['hangs up', () => aPort((socket) => socket.end()), 'it broke off the connection before its answer was whole'],
    ['is not one', () => aPort((socket) => void socket.end('SSH-2.0\r\n\r\n')), 'its answer is not HTTP'],
    [
      'sends headers without end',
      async () => (await anEndlessServer('HTTP/1.1 200 OK\r\n', 'a: b\r\n')).url,
      'it answers with headers longer',
    ],
  ]

  test.each(LEADING_NOWHERE)(
    'that %s is named with its variable, and without its password',
    async (_what, made, why) => {
      const address = await made()
      const cwd = aFolder({
        'flows.config.yaml': `project: acme
environments:
  plain: { api: "http://localhost:8080", api_key_env: FAR_KEY }
  encrypted: { api: "https://flows.example.com", api_key_env: FAR_KEY }
`,
      })
      const host = address.replace('http://', '')
      const secret = address.replace('//', '//canary-user:canary-word@')
      for (const [environment, name, others] of [
        ['plain', 'HTTP_PROXY', { HTTPS_PROXY: 'http://127.0.0.1:1' }],
        ['encrypted', 'https_proxy', { HTTPS_PROXY: 'http://127.0.0.1:1', HTTP_PROXY: secret }],
      ] as const) {
        const env = { FAR_KEY: KEY, ...others, [name]: secret }
        const { code, stdout, stderr } = await flowsProcess(['list', '--env', environment], { cwd, env })
        expect(stderr).toMatch(
          new RegExp(`https?://\\S+ cannot be reached: the proxy ${host} \\(${name}\\) cannot be reached: ${why}`),
        )
        expect(stdout + stderr).not.toContain('canary')
        expect(code).toBe(1)
      }
    },
    60_000,
  )

  test('that takes a request and never answers is named as well, and holds up nobody afterwards', async () => {
    const address = await aPort(() => {})
    vi.stubEnv('HTTPS_PROXY', address)
    const asked = request('https://flows.example.com/', {
      method: 'GET',
      headers: {},
      signal: AbortSignal.timeout(1000),
      most: 1024,
    })
    const host = address.replace('http://', '')
    expect(await faultOf(asked)).toBe(`the proxy ${host} (HTTPS_PROXY) cannot be reached: no answer in time`)
  })
})

test('a certificate of one’s own authority is told with the variable that makes it known', async () => {
  const folder = aFolder()
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name)) as [string, string]
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-subj', '/CN=127.0.0.1']
  execFileSync('openssl', args, { stdio: 'ignore' })
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) => {
    response.end('{}')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const said = await faultOf(get(`https://127.0.0.1:${port}/`))
  expect(said).toContain('(DEPTH_ZERO_SELF_SIGNED_CERT): NODE_EXTRA_CA_CERTS names a file')
  const proxy = await aProxy()
  vi.stubEnv('HTTPS_PROXY', proxy.url)
  expect(await faultOf(get(`https://127.0.0.1:${port}/`)), 'through a proxy, too').toContain('NODE_EXTRA_CA_CERTS')
  expect(proxy.asked).toEqual([`127.0.0.1:${port}`])
})
