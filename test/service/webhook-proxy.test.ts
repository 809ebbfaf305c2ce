import { createServer, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type SendOptions, send } from '../../src/service/background/send.js'
import { parseWebhookProxy } from '../../src/service/operations/webhooks/webhook-proxy.js'
import { webhookTargets } from '../../src/service/operations/webhooks/webhook-targets.js'
import { aCertificate } from './certificate.js'
import { aConnectProxy } from './connect-proxy.js'
import { aReceiver } from './receiver.js'

const PUBLIC = [{ address: '93.184.215.14', family: 4 }]
const HOOKS = aCertificate('hooks.example.com')

/** Of the endpoint, whose name leads to a public address that nobody here can reach. */
const lookup = async (name: string) => (name === 'proxy.test' ? [{ address: '127.0.0.1', family: 4 }] : PUBLIC)

function sendThrough(proxy: string, url: string, options: Partial<SendOptions> = {}) {
  return send(
    { url, body: '{"id":"evt_ü"}', signature: 't=1,v1=a' },
    { targets: webhookTargets(), proxy: parseWebhookProxy(proxy), lookup, ca: HOOKS.cert, ...options },
  )
}

/** A server below HTTP, which says the same again and again to whoever connects. Counts what it has said. */
async function anEndless(
  start: string,
  again: string,
): Promise<{ readonly port: number; readonly sent: () => number }> {
  const piece = again.repeat(Math.ceil(65_536 / again.length))
  const sockets = new Set<Socket>()
  let sent = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.write(start)
    const more = () => {
      sent += piece.length
      if (sent < 1e9 && socket.write(piece)) setImmediate(more)
    }
    socket.on('drain', more)
    more()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as { port: number }).port, sent: () => sent }
}

describe('a webhook through a proxy', () => {
  test('is sent to the address that was looked at, and the endpoint is held to its own name', async () => {
    const receiver = await aReceiver({ certificate: HOOKS })
    const proxy = await aConnectProxy({ to: receiver.port })
    const outcome = await sendThrough(`http://127.0.0.1:${proxy.port}`, 'https://hooks.example.com/a?b=c')
    expect(outcome).toMatchObject({ response_status: 200, error: null })
    expect(proxy).toMatchObject({
      asked: [{ target: '93.184.215.14:443', headers: { host: '93.184.215.14:443' } }],
      others: [],
    })
    expect(receiver.received).toMatchObject([
      {
        method: 'POST',
        path: '/a?b=c',
        body: '{"id":"evt_ü"}',
        headers: { host: 'hooks.example.com', connection: 'close', 'stripe-signature': 't=1,v1=a' },
      },
    ])
    expect(receiver.received[0]?.headers).not.toHaveProperty('proxy-authorization')
  })

  test('goes over TLS to a proxy whose address says so', async () => {
    const receiver = await aReceiver({ certificate: HOOKS })
    const certificate = aCertificate('proxy.test')
    const proxy = await aConnectProxy({ to: receiver.port, certificate })
    const through = (host: string) =>
      sendThrough(`https://${host}:${proxy.port}`, 'https://hooks.example.com', {
        ca: HOOKS.cert + certificate.cert,
      })
    expect(await through('proxy.test')).toMatchObject({ response_status: 200, error: null })
    expect(await through('127.0.0.1')).toMatchObject({ error: 'proxy_ERR_TLS_CERT_ALTNAME_INVALID' })
    expect(proxy.asked).toHaveLength(1)
  })

  test('is not sent to an endpoint whose certificate nobody vouches for, or is of another name', async () => {
    const receiver = await aReceiver({ certificate: HOOKS })
    const { port } = await aConnectProxy({ to: receiver.port })
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
    onTestFinished(() => {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
    })
    const address = `http://127.0.0.1:${port}`
    const errors = [
      await sendThrough(address, 'https://hooks.example.com', { ca: undefined }),
      await sendThrough(address, 'https://other.example.com'),
      await sendThrough(address, 'https://93.184.215.14'),
    ].map(({ error }) => error)
    expect(errors).toEqual([
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ])
    expect(receiver.received).toEqual([])
  })

  test('is not sent where the name leads to an address that is refused: the proxy is not even asked', async () => {
    const proxy = await aConnectProxy()
    const outcome = await sendThrough(`http://127.0.0.1:${proxy.port}`, 'https://hooks.example.com', {
      lookup: async () => [{ address: '10.1.2.3', family: 4 }],
    })
    expect(outcome).toMatchObject({ response_status: null, error: 'address_refused' })
    expect(proxy.asked).toEqual([])
  })

  test('goes without it to addresses that are allowed and not public: there they would be those of the proxy', async () => {
    const receiver = await aReceiver()
    const proxy = await aConnectProxy()
    const options = { targets: webhookTargets(['127.0.0.0/8']) }
    expect(await sendThrough(`http://127.0.0.1:${proxy.port}`, receiver.url, options)).toMatchObject({
      response_status: 200,
    })
    expect(proxy.asked).toEqual([])
  })

  test('is a tunnel for http as well, where a public address is allowed', async () => {
    const receiver = await aReceiver()
    const proxy = await aConnectProxy({ to: receiver.port })
    const options = { targets: webhookTargets(['93.184.215.0/24']) }
    const outcome = await sendThrough(`http://127.0.0.1:${proxy.port}`, 'http://hooks.example.com', options)
    expect(outcome).toMatchObject({ response_status: 200, error: null })
    expect(proxy).toMatchObject({ asked: [{ target: '93.184.215.14:80' }], others: [] })
    expect(receiver.received[0]?.headers.host).toBe('hooks.example.com')
  })

  test('tries the next address of the name where the proxy cannot reach one, and no further where it refuses', async () => {
    const receiver = await aReceiver({ certificate: HOOKS })
    const statuses: Record<string, number> = { '93.184.215.14:443': 502 }
    const proxy = await aConnectProxy({ to: receiver.port, refuse: (target) => statuses[target] })
    const options = { lookup: async () => [...PUBLIC, { address: '2606:4700::1', family: 6 }] }
    const through = () => sendThrough(`http://127.0.0.1:${proxy.port}`, 'https://hooks.example.com', options)
    expect(await through()).toMatchObject({ response_status: 200 })
    expect(proxy.asked.map(({ target }) => target)).toEqual(['93.184.215.14:443', '[2606:4700::1]:443'])
    statuses['93.184.215.14:443'] = 403
    expect(await through()).toMatchObject({ response_status: null, error: 'proxy_answered_403' })
    expect(proxy.asked).toHaveLength(3)
  })

  test('carries the credentials of the address to the proxy alone', async () => {
    const receiver = await aReceiver({ certificate: HOOKS })
    const proxy = await aConnectProxy({ to: receiver.port })
    await sendThrough(`http://us%40er:p%3Aw@127.0.0.1:${proxy.port}`, 'https://hooks.example.com')
    expect(proxy.asked[0]?.headers['proxy-authorization']).toBe(`Basic ${Buffer.from('us@er:p:w').toString('base64')}`)
    expect(JSON.stringify(receiver.received)).not.toMatch(/proxy-authorization/i)
  })
})

describe('where the proxy fails, the one word of it says that it was the proxy', () => {
  test.each([407, 403, 500, 301, 103])('it answers %i', async (status) => {
    const { port } = await aConnectProxy({ refuse: () => status })
    const outcome = await sendThrough(`http://127.0.0.1:${port}`, 'https://hooks.example.com')
    expect(outcome).toMatchObject({ response_status: null, error: `proxy_answered_${status}` })
  })

  test('nobody listens, or nobody knows its name', async () => {
    const noName = async (name: string) => {
      if (name !== 'proxy.test') return PUBLIC
      throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
    }
    expect((await sendThrough('http://127.0.0.1:1', 'https://hooks.example.com')).error).toBe('proxy_ECONNREFUSED')
    expect((await sendThrough('http://proxy.test', 'https://hooks.example.com', { lookup: noName })).error).toBe(
      'proxy_ENOTFOUND',
    )
  })
})

describe('what a proxy answers is bounded as the answer of an endpoint is', () => {
  test.each([
    ['headers', 'HTTP/1.1 200 OK\r\n', 'a: b\r\n', 'proxy_HPE_HEADER_OVERFLOW'],
    ['words beside its status', 'HTTP/1.1 200 ', 'x'.repeat(1024), 'proxy_HPE_HEADER_OVERFLOW'],
    ['empty lines before its answer', '', '\r\n', 'proxy_answer_too_long'],
    ['interim answers', '', 'HTTP/1.1 103 Early Hints\r\n\r\n', 'proxy_answered_103'],
    ['the body of a refusal', 'HTTP/1.1 403 No\r\n\r\n', 'x'.repeat(1024), 'proxy_answered_403'],
  ])('%s without end', async (_what, start, again, error) => {
    const { port, sent } = await anEndless(start, again)
    const outcome = await sendThrough(`http://127.0.0.1:${port}`, 'https://hooks.example.com', { timeLimit: 50_000 })
    expect(outcome).toMatchObject({ response_status: null, error })
    // The rest is on its way in the buffers of the system.
    expect(sent()).toBeLessThan(1e8)
  })

  test('nothing at all, within the time of the attempt; the connection is closed', async () => {
    let closed = 0
    const server = createServer((socket) => socket.resume().on('close', () => (closed += 1)))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    const outcome = await sendThrough(`http://127.0.0.1:${port}`, 'https://hooks.example.com', { timeLimit: 200 })
    expect(outcome).toMatchObject({ response_status: null, error: 'timeout' })
    await expect.poll(() => closed, { timeout: 20_000 }).toBe(1)
  })

  test.each([
    ['interim answers', '', 'HTTP/1.1 103 Early Hints\r\n\r\n', { error: 'too_many_interim_answers' }],
    ['headers', 'HTTP/1.1 200 OK\r\n', 'a: b\r\n', { error: 'HPE_HEADER_OVERFLOW' }],
    ['a body', 'HTTP/1.1 200 OK\r\n\r\n', 'x'.repeat(1024), { response_status: 200, error: null }],
  ])('%s without end of an endpoint behind it', async (_what, start, again, outcome) => {
    const endpoint = await anEndless(start, again)
    const { port } = await aConnectProxy({ to: endpoint.port })
    const targets = webhookTargets(['93.184.215.0/24'])
    const through = sendThrough(`http://127.0.0.1:${port}`, 'http://hooks.example.com', { targets, timeLimit: 50_000 })
    expect(await through).toMatchObject(outcome)
    expect(endpoint.sent()).toBeLessThan(1e8)
  })

  test('an endpoint behind it that never answers, within the time of the attempt', async () => {
    const receiver = await aReceiver({ certificate: HOOKS, answer: () => {} })
    const { port } = await aConnectProxy({ to: receiver.port })
    const outcome = await sendThrough(`http://127.0.0.1:${port}`, 'https://hooks.example.com', { timeLimit: 1_000 })
    expect(outcome).toMatchObject({ response_status: null, error: 'timeout' })
  })
})

describe('the address of a proxy', () => {
  test.each([
    ['http://proxy.example.com', { isEncrypted: false, hostname: 'proxy.example.com', port: 80 }],
    ['https://proxy.example.com/', { isEncrypted: true, hostname: 'proxy.example.com', port: 443 }],
    ['HTTP://[::1]:3128', { isEncrypted: false, hostname: '::1', port: 3128 }],
  ])('may be %s', (text, parsed) => {
    expect(parseWebhookProxy(text)).toEqual({ ...parsed, authorization: undefined })
  })

  test.each([
    '',
    'proxy.example.com:3128',
    'socks5://proxy.example.com',
    'http://',
    'http:\\\\proxy',
    'http://proxy.example.com/path',
    'http://proxy.example.com?a',
    'http://a b',
    'http://proxy:99999',
    'http://u%3A:p@proxy.example.com',
    'http://u:%zz@proxy.example.com',
  ])('cannot be %j', (text) => {
    expect(parseWebhookProxy(text)).toBeUndefined()
  })
})
