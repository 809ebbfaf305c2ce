import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { connection } from '../../src/forge/connection.js'
import { faultText } from '../../src/outbound/fault-text.js'
import { request } from '../../src/outbound/request.js'
import { http } from '../../src/remote/http/http.js'
import { aFolder, flowsProcess } from '../helpers/cli.js'
import { aWebServer } from '../remote/web-server.js'
import { served } from '../service/serving.js'

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
    expect(refused).toBe('the proxy does not let it through: it answered 407')
    vi.stubEnv('http_proxy', 'canary proxy')
    const wrong = await faultOf(get('http://flows.example.com/'))
    expect(wrong).toMatch(/^http_proxy is not the address of a proxy/)
    expect(refused + wrong).not.toContain('canary')
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
