import { describe, expect, test } from 'vitest'
import { ROUTES } from '../../src/service/api/routes.js'
import { createKey } from '../../src/service/operations/keys/keys.js'
import { served, TESTER } from './serving.js'

const FLOWS = '/v1/identity/verification_flows'

describe('a key that is bound to addresses', () => {
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })

  test.each([
    [
      ['10.0.0.0/8'],
      ['10.1.2.3', '::ffff:10.1.2.3', '10.1.2.3:443', '[::ffff:10.1.2.3]:443'],
      ['11.0.0.1', '11.0.0.1:443', '2001:db8::1', '127.0.0.1'],
    ],
    [['192.0.2.7'], ['192.0.2.7'], ['192.0.2.8']],
    [
      ['2001:db8::/32'],
      ['2001:db8::1', '[2001:db8::2]', '[2001:db8::1]:443', '2001:db8:ffff::1'],
      ['2001:db9::1', '10.0.0.1'],
    ],
    [['10.0.0.0/8', '2001:db8::/32'], ['10.0.0.1', '2001:db8::1'], ['192.0.2.1']],
  ] as const)('%j is good from there only, as a trusted proxy tells the address', async (addresses, good, bad) => {
    const { call, service } = await served({ trustProxy: '127.0.0.1' })
    const { secret: key } = await service.write(TESTER, (one) => createKey(one, { name: 'x', addresses }))
    for (const address of good) {
      for (const path of [FLOWS, '/v1/api_keys/current', '/v1/events']) {
        expect((await call('GET', path, { key, ...from(address) })).status, `${address} ${path}`).toBe(200)
      }
    }
    for (const address of bad) {
      const { status, body } = await call('GET', '/v1/api_keys/current', { key, ...from(address) })
      expect([status, body.error.code], address).toEqual([403, 'key_bound'])
      expect(body.error.message).not.toContain(addresses[0])
    }
  })

  test('believes nobody who is not a trusted proxy', async () => {
    const { call, service } = await served()
    const { secret: key } = await service.write(TESTER, (one) =>
      createKey(one, { name: 'x', addresses: ['10.0.0.0/8'] }),
    )
    expect((await call('GET', FLOWS, { key, ...from('10.0.0.1') })).status).toBe(403)
  })

  test.each(ROUTES.map((route) => [`${route.method} ${route.url}`, route] as const))(
    'is refused elsewhere by every route: %s',
    async (_name, { method, url }) => {
      const { call, service } = await served()
      const { secret: key } = await service.write(TESTER, (one) =>
        createKey(one, { name: 'x', addresses: ['10.0.0.0/8'] }),
      )
      const { status, body } = await call(method, url.replace(/:\w+/, 'x'), { key })
      expect([status, body.error.code]).toEqual([403, 'key_bound'])
    },
  )

  test('makes keys for these addresses only', async () => {
    const { call, service } = await served({ trustProxy: '127.0.0.1' })
    const { secret: key } = await service.write(TESTER, (one) =>
      createKey(one, { name: 'x', addresses: ['10.0.0.0/8', '2001:db8::/32'] }),
    )
    const make = async (more: string) => {
      const { status, body } = await call('POST', '/v1/api_keys', { body: `name=y${more}`, key, ...from('10.0.0.1') })
      return status === 200 ? body.addresses : [status, body.error.code, body.error.param]
    }
    expect(await make('')).toEqual(['10.0.0.0/8', '2001:db8::/32'])
    expect(await make('&addresses[]=10.1.0.0/16')).toEqual(['10.1.0.0/16'])
    for (const wider of ['0.0.0.0/0', '10.0.0.0/7', '11.0.0.0/8', '2001:db8::/31', '::/0']) {
      expect(await make(`&addresses[]=10.1.0.0/16&addresses[]=${wider}`), wider).toEqual([
        403,
        'key_bound',
        'addresses',
      ])
    }
  })
})
