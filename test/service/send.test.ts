import { createServer, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type SendOptions, send } from '../../src/service/background/send.js'
import { webhookTargets } from '../../src/service/operations/webhooks/webhook-targets.js'
import { aCertificate } from './certificate.js'
import { aReceiver } from './receiver.js'

const LOCAL = webhookTargets(['127.0.0.0/8'])
const PUBLIC = webhookTargets()

function sendTo(url: string, options: Partial<SendOptions> = {}) {
  return send({ url, body: '{"id":"evt_ü"}', signature: 't=1,v1=a' }, { targets: LOCAL, ...options })
}

const CHUNKED = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'

/** A server below HTTP, which does with each connection what it is told. */
async function aPort(take: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    take(socket)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}

describe('an attempt', () => {
  test('is a POST of the body, signed, on a connection of its own', async () => {
    const receiver = await aReceiver()
    expect(await sendTo(`${receiver.url}/hooks?a=b#c`)).toEqual({
      response_status: 200,
      error: null,
      duration: expect.any(Number),
    })
    expect(receiver.received).toMatchObject([
      {
        method: 'POST',
        path: '/hooks?a=b',
        body: '{"id":"evt_ü"}',
        headers: {
          host: `127.0.0.1:${receiver.port}`,
          connection: 'close',
          'content-type': 'application/json; charset=utf-8',
          'content-length': '15',
          'stripe-signature': 't=1,v1=a',
          'user-agent': 'verification-flows-webhooks/1',
        },
      },
    ])
  })

  test.each([200, 204, 301, 302, 307, 308, 304, 400, 410, 500])(
    'tells the status it was answered: %i',
    async (status) => {
      const other = await aReceiver()
      const receiver = await aReceiver({
        answer: (response) => response.writeHead(status, { location: other.url }).end(),
      })
      expect(await sendTo(receiver.url)).toMatchObject({ response_status: status, error: null })
      expect(other.received).toEqual([])
    },
  )

  test('goes to the address that was looked at, under the name that it has', async () => {
    const receiver = await aReceiver()
    const lookup = async () => [
      { address: '10.0.0.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ]
    const outcome = await sendTo(`http://hooks.example.com:${receiver.port}`, { lookup })
    expect(outcome).toMatchObject({ response_status: 200 })
    expect(receiver.received[0]?.headers.host).toBe(`hooks.example.com:${receiver.port}`)
  })

  test.each([
    ['no address at all', [], 'ENOTFOUND'],
    ['this machine', [{ address: '127.0.0.1', family: 4 }], 'address_refused'],
    ['a private network', [{ address: '10.1.2.3', family: 4 }], 'address_refused'],
    ['metadata of a cloud', [{ address: '169.254.169.254', family: 4 }], 'address_refused'],
    ['this machine in other clothes', [{ address: '::ffff:127.0.0.1', family: 6 }], 'address_refused'],
    ['what is no address', [{ address: 'localhost', family: 4 }], 'address_refused'],
  ])('to a name that leads to %s is not made', async (_what, addresses, error) => {
    const receiver = await aReceiver({ certificate: aCertificate('hooks.example.com') })
    const url = `https://hooks.example.com:${receiver.port}`
    const outcome = await sendTo(url, { targets: PUBLIC, lookup: async () => addresses })
    expect(outcome).toMatchObject({ response_status: null, error })
    expect(receiver.received).toEqual([])
  })

  test('without encryption goes to no public address, whatever is allowed', async () => {
    const outcome = await sendTo('http://hooks.example.com', {
      lookup: async () => [{ address: '8.8.8.8', family: 4 }],
    })
    expect(outcome.error).toBe('address_refused')
  })

  test('of a name that nobody can find tells so', async () => {
    const lookup = () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'EAI_AGAIN' }))
    expect((await sendTo('https://hooks.example.com', { lookup })).error).toBe('EAI_AGAIN')
  })
})

describe('over TLS', () => {
  const lookup = async () => [{ address: '127.0.0.1', family: 4 }]

  test('a certificate that is trusted and names the host is taken', async () => {
    const certificate = aCertificate('hooks.example.com')
    const receiver = await aReceiver({ certificate })
    const url = `https://hooks.example.com:${receiver.port}`
    expect(await sendTo(url, { lookup, ca: certificate.cert })).toMatchObject({ response_status: 200, error: null })
  })

  test('one that nobody vouches for is not, even when the environment switches the check off', async () => {
    const receiver = await aReceiver({ certificate: aCertificate('hooks.example.com') })
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
    onTestFinished(() => {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
    })
    const outcome = await sendTo(`https://hooks.example.com:${receiver.port}`, { lookup })
    expect(outcome).toMatchObject({ response_status: null, error: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    expect(receiver.received).toEqual([])
  })

  test('nor is one of another name', async () => {
    const certificate = aCertificate('hooks.example.com')
    const receiver = await aReceiver({ certificate })
    const url = `https://other.example.com:${receiver.port}`
    expect((await sendTo(url, { lookup, ca: certificate.cert })).error).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
  })
})

describe('the time is limited', () => {
  const timeLimit = 150
  const timeout = { response_status: null, error: 'timeout' }

  test('when the name is never found', async () => {
    const lookup = () => new Promise<never>(() => {})
    expect(await sendTo('https://hooks.example.com', { lookup, timeLimit })).toMatchObject(timeout)
  })

  test('when nobody answers', async () => {
    expect(await sendTo(await aPort(() => {}), { timeLimit })).toMatchObject(timeout)
  })

  test('when a head comes drop by drop', async () => {
    const url = await aPort((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const timer = setInterval(() => socket.write('a: b\r\n'), 20)
      socket.once('close', () => clearInterval(timer))
    })
    expect(await sendTo(url, { timeLimit })).toMatchObject(timeout)
  })

  test('when the body never ends; the status had been given', async () => {
    const receiver = await aReceiver({
      answer: (response) => {
        response.writeHead(200)
        const timer = setInterval(() => response.write('.'), 20)
        response.once('close', () => clearInterval(timer))
      },
    })
    const outcome = await sendTo(receiver.url, { timeLimit })
    expect(outcome).toMatchObject({ response_status: 200, error: null })
    expect(outcome.duration).toBeLessThan(5_000)
  })
})

describe('an answer', () => {
  test('without end is cut off', async () => {
    let sent = 0
    const url = await aPort((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      const more = () => {
        sent += 65_536
        if (sent < 1e9 && socket.write('x'.repeat(65_536))) setImmediate(more)
      }
      socket.on('drain', more)
      more()
    })
    expect(await sendTo(url, { timeLimit: 20_000 })).toMatchObject({ response_status: 200, error: null })
    expect(sent).toBeLessThan(2e8)
  })

  test.each([
    [
      'interim answers',
      '',
      'HTTP/1.1 103 Early Hints\r\n\r\n',
      { response_status: null, error: 'too_many_interim_answers' },
    ],
    [
      'long interim answers',
      '',
      `HTTP/1.1 103 Early Hints\r\nlink: ${'x'.repeat(8_000)}\r\n\r\n`,
      { response_status: null, error: 'answer_too_long' },
    ],
    ['headers', 'HTTP/1.1 200 OK\r\n', 'a: b\r\n', { response_status: null, error: 'HPE_HEADER_OVERFLOW' }],
    ['a body', 'HTTP/1.1 200 OK\r\n\r\n', 'x'.repeat(1024), { response_status: 200, error: null }],
    ['chunks', `${CHUNKED}`, '1\r\nx\r\n', { response_status: 200, error: null }],
    ['the length of a chunk', `${CHUNKED}`, '0'.repeat(1024), { response_status: 200, error: null }],
    ['what is said of a chunk', `${CHUNKED}1;a=`, 'x'.repeat(1024), { response_status: 200, error: null }],
    ['trailers', `${CHUNKED}0\r\n`, 'a: b\r\n', { response_status: 200, error: null }],
    [
      'answers after the answer',
      '',
      'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
      { response_status: 200, error: null },
    ],
  ])('with %s without end is cut off, long before its time is over', async (_what, start, again, outcome) => {
    let sent = 0
    const piece = again.repeat(Math.ceil(65_536 / again.length))
    const url = await aPort((socket) => {
      socket.write(start)
      const more = () => {
        sent += piece.length
        if (sent < 1e9 && socket.write(piece)) setImmediate(more)
      }
      socket.on('drain', more)
      more()
    })
    expect(await sendTo(url, { timeLimit: 50_000 })).toMatchObject(outcome)
    // The rest is on its way in the buffers of the system.
    expect(sent).toBeLessThan(1e8)
  })

  test('that is no HTTP, breaks off, or has too large a head is none', async () => {
    const answers = ['hello\r\n\r\n', '', `HTTP/1.1 200 OK\r\na: ${'x'.repeat(100_000)}\r\n\r\n`]
    const errors = []
    for (const answer of answers) {
      errors.push((await sendTo(await aPort((socket) => socket.once('data', () => socket.end(answer))))).error)
    }
    expect(errors).toEqual(['HPE_INVALID_CONSTANT', 'ECONNRESET', 'HPE_HEADER_OVERFLOW'])
  })

  test('that wants another protocol is no success', async () => {
    const url = await aPort((socket) => {
      socket.once('data', () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
      )
    })
    expect((await sendTo(url, { timeLimit: 2_000 })).response_status).not.toBe(200)
  })

  test('never comes from a port where nobody listens', async () => {
    expect(await sendTo('http://127.0.0.1:1')).toMatchObject({ response_status: null, error: 'ECONNREFUSED' })
  })
})
