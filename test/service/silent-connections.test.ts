import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { boundSilentConnections, type SilentOptions } from '../../src/service/http/server/silent-connections.js'
import { WAITING } from '../../src/service/waiting.js'
import { served } from './serving.js'

/** All that comes over a connection until it is closed. */
function answered(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (data) => {
      text += data
    })
    socket.on('error', () => {})
    socket.once('close', () => resolve(text))
  })
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

async function aServer(options: SilentOptions) {
  const server = createServer((_request, response) => response.end('ok'))
  const accepted: Socket[] = []
  boundSilentConnections(server, options)
  server.on('connection', (socket) => accepted.push(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    /** Connects, and waits until the server knows of it. */
    async open(): Promise<Socket> {
      const before = accepted.length
      const socket = await connected(port)
      await expect.poll(() => accepted.length).toBeGreaterThan(before)
      return socket
    },
    /** Which of those that came, by their turn, are open. */
    stillOpen: () => accepted.flatMap(({ destroyed }, turn) => (destroyed ? [] : [turn])),
  }
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

describe('a connection', () => {
  test('that says nothing, or does not come to the end of a head, is closed in a bounded time', async () => {
    const waiting = { ...WAITING, headersTimeout: 500, connectionsCheckingInterval: 50 }
    const { url } = await served({ waiting })
    const port = Number(new URL(url).port)
    const [silent, half] = [await connected(port), await connected(port)]
    half.write('GET /healthz HTTP/1.1\r\nHos')
    const begun = Date.now()
    const [nothing, answer] = await Promise.all([answered(silent), answered(half)])
    expect(nothing).toBe('')
    expect(answer).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/)
    expect(answer).toContain('The request did not come to its end in time.')
    expect(Date.now() - begun).toBeGreaterThan(waiting.headersTimeout / 2)
  })

  test('over which nobody reads the answers is closed in a bounded time', async () => {
    const { url } = await served({ waiting: { ...WAITING, connectionTimeout: 300 } })
    const socket = (await connected(Number(new URL(url).port))).pause()
    const broken = new Promise((resolve) => socket.once('error', resolve).once('close', resolve))
    socket.write('GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(200))
    // Whoever does not read learns of the end when something is written.
    const writing = setInterval(() => socket.write(REQUEST), 500)
    await broken
    clearInterval(writing)
    socket.destroy()
  }, 20_000)

  test('has less than 20 seconds for that, unless somebody says otherwise', async () => {
    const servers: object[] = []
    const made = (message: unknown) => servers.push((message as { fastify: { server: object } }).fastify.server)
    subscribe('fastify.initialization', made)
    await served().finally(() => unsubscribe('fastify.initialization', made))
    const { connectionTimeout, ...ofNode } = WAITING
    expect(servers).toMatchObject([{ ...ofNode, timeout: connectionTimeout }])
    expect(WAITING.headersTimeout + WAITING.connectionsCheckingInterval).toBeLessThan(20_000)
  })
})

describe('silent connections of one address', () => {
  test('beyond a number are closed, the oldest first, when they have had time to speak', async () => {
    let now = 0
    const server = await aServer({ most: 3, clock: () => now })
    for (let turn = 0; turn < 6; turn += 1) await server.open()
    expect(server.stillOpen()).toEqual([0, 1, 2, 3, 4, 5])
    now = 3_000
    await server.open()
    await expect.poll(server.stillOpen).toEqual([4, 5, 6])
  })

  test('are not those that have sent a request and may send more', async () => {
    let now = 0
    const server = await aServer({ most: 1, clock: () => now })
    const speaker = await server.open()
    speaker.write(REQUEST)
    await once(speaker, 'data')
    await server.open()
    now = 3_000
    await server.open()
    await expect.poll(server.stillOpen).toEqual([0, 2])
    speaker.write(REQUEST)
    const [answer] = await once(speaker, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1.1 200/)
  })

  test('are not bounded where the address is that of a trusted proxy', async () => {
    let now = 0
    const server = await aServer({ most: 1, clock: () => now, trustProxy: '10.0.0.0/8, loopback' })
    for (let turn = 0; turn < 4; turn += 1) {
      now += 3_000
      await server.open()
    }
    expect(server.stillOpen()).toEqual([0, 1, 2, 3])
  })
})
