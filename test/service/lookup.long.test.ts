import { createHook } from 'node:async_hooks'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { background } from '../../src/service/background/background.js'
import { type LookupOptions, systemLookup } from '../../src/service/background/lookup.js'
import { service } from '../../src/service/operations/calls/call.js'
import { recordEvent } from '../../src/service/operations/events/events.js'
import { createWebhookEndpoint } from '../../src/service/operations/webhooks/webhook-endpoints.js'
import { webhookTargets } from '../../src/service/operations/webhooks/webhook-targets.js'
import { aFolder } from '../store/stores.js'
import { aNameServer, type Zone } from './name-server.js'
import { aReceiver } from './receiver.js'
import { aService, TESTER } from './serving.js'

const never = new AbortController().signal

/** A name server, and how names are looked up there, with files of their own. */
async function aSystem(zone: Zone, files: { readonly hosts?: string; readonly resolver?: string } = {}) {
  const server = await aNameServer(zone)
  const folder = aFolder()
  const options: LookupOptions = {
    servers: [server.address],
    hostsFile: join(folder, 'hosts'),
    resolverFile: join(folder, 'resolv.conf'),
  }
  writeFileSync(options.hostsFile ?? '', files.hosts ?? '')
  writeFileSync(options.resolverFile ?? '', files.resolver ?? '')
  const lookup = systemLookup(options)
  const found = async (name: string, signal = never) => (await lookup(name, signal)).map(({ address }) => address)
  return { ...server, lookup, found, options }
}

/** How often the system's own function was called, which holds a thread of the process for each name. */
function threadsHeld(): { count: number } {
  const held = { count: 0 }
  const hook = createHook({
    init: (_id, type) => {
      if (type === 'GETADDRINFOREQWRAP') held.count += 1
    },
  }).enable()
  onTestFinished(() => void hook.disable())
  return held
}

describe('a name', () => {
  test('is looked up at the name servers, without a thread of the process', async () => {
    const held = threadsHeld()
    const { found } = await aSystem(() => ['192.0.2.7', '192.0.2.8'])
    expect(await found('hooks.example.com')).toEqual(['192.0.2.7', '192.0.2.8'])
    expect(held.count).toBe(0)
  })

  test('of the file of hosts is what the file says, as it is now', async () => {
    const { found, asked, options } = await aSystem(() => ['192.0.2.7'], {
      hosts: '# comment\n10.0.0.1 hooks.internal Hooks # mine\nfd00::1\thooks.internal\nnonsense x\n',
    })
    expect(await found('hooks.internal')).toEqual(['10.0.0.1', 'fd00::1'])
    expect(await found('HOOKS.')).toEqual(['10.0.0.1'])
    expect(asked).toEqual([])
    writeFileSync(options.hostsFile ?? '', '10.0.0.22 hooks.internal\n')
    expect(await found('hooks.internal')).toEqual(['10.0.0.22'])
  })

  test('of this machine is this machine, whatever a name server says', async () => {
    const { found, asked } = await aSystem(() => ['192.0.2.7'])
    expect(await found('localhost')).toEqual(['127.0.0.1', '::1'])
    expect(await found('api.localhost')).toEqual(['127.0.0.1', '::1'])
    expect(asked).toEqual([])
  })

  test('is completed by the search domains, as the system does', async () => {
    const known: Zone = (name) => (name === 'hooks.shop.cluster.local' ? ['192.0.2.7'] : [])
    const resolver = 'nameserver 192.0.2.53\nsearch shop.cluster.local cluster.local\noptions timeout:1 ndots:2\n'
    const { found, asked } = await aSystem(known, { resolver })
    const tried = async (name: string) => {
      asked.length = 0
      const addresses = await found(name).catch(({ code }) => code)
      return [addresses, ...new Set(asked)]
    }
    expect(await tried('hooks')).toEqual([['192.0.2.7'], 'hooks.shop.cluster.local'])
    const [beyond, own] = ['hooks.shop.shop.cluster.local', 'hooks.shop.cluster.local']
    expect(await tried('hooks.shop')).toEqual([['192.0.2.7'], beyond, own])
    // As it is first: it has as many dots as such a name needs.
    expect(await tried(own)).toEqual([['192.0.2.7'], own])
    expect(await tried('none.example.')).toEqual(['ENOTFOUND', 'none.example'])
  })

  test('that does not exist is told so', async () => {
    const { found } = await aSystem(() => [])
    await expect(found('none.example.com')).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })

  test('whose server is silent is given up when it is said to', async () => {
    const { found, asked } = await aSystem(() => undefined)
    const abort = new AbortController()
    const looking = found('silent.example.com', abort.signal)
    await expect.poll(() => asked.length).toBeGreaterThan(0)
    abort.abort()
    await expect(looking).rejects.toMatchObject({ code: 'ECANCELLED' })
  })
})

describe('endpoints whose name server does not answer', () => {
  test('keep nothing back from one that answers', async () => {
    const held = threadsHeld()
    const { lookup, asked } = await aSystem((name) => (name === 'good.example.com' ? ['127.0.0.1'] : undefined))
    const { store, clock } = await aService()
    const allow = ['127.0.0.0/8']
    const operations = service({ store, now: () => clock.now, webhookAllow: allow })
    const good = await aReceiver()
    await operations.write(TESTER, async (call) => {
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
        const url = `http://${name}.silent.example.com`
        await createWebhookEndpoint(call, { url, enabled_events: ['*'] })
      }
      await createWebhookEndpoint(call, { url: `http://good.example.com:${good.port}`, enabled_events: ['*'] })
    })
    for (let n = 0; n < 60; n += 1) {
      const about = { id: `vs_${n}` }
      await operations.write(TESTER, (call) => recordEvent(call, 'identity.verification_session.created', about))
    }
    const worker = background({
      service: operations,
      sending: { targets: webhookTargets(allow), lookup, timeLimit: 600_000 },
      onFault: () => {},
    })
    worker.start()
    onTestFinished(() => worker.close())
    await good.got(60)
    expect(asked.some((name) => name.endsWith('.silent.example.com'))).toBe(true)
    expect(held.count).toBe(0)
  })
})
