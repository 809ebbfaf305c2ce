import { describe, expect, test } from 'vitest'
import { createKey, listKeys, revokeKey } from '../../src/service/operations/keys/keys.js'
import { storeOfTheLane } from '../store/stores.js'
import { aService, TESTER } from './serving.js'

describe.each(storeOfTheLane)('API keys, on $name', (implementation) => {
  test('are shown once, and name their mode', async () => {
    const { service } = await aService(implementation)
    for (const mode of ['test', 'live'] as const) {
      const key = await service.write(TESTER, (call) => createKey(call, { mode, name: 'ci' }))
      expect(key).toEqual({
        id: expect.stringMatching(/^ak_[0-9a-z]{24}$/),
        object: 'api_key',
        addresses: null,
        flows: null,
        project: null,
        revoked_by: null,
        created: 1_790_000_000,
        created_by: 'tester',
        expires: null,
        last_used: null,
        livemode: mode === 'live',
        name: 'ci',
        redacted: `sk_${mode}_...${key.secret.slice(-4)}`,
        revoked: null,
        scopes: null,
        type: 'secret',
        secret: expect.stringMatching(new RegExp(`^sk_${mode}_[0-9a-z]{38}$`)),
      })
    }
    for (const livemode of [false, true]) {
      const { data } = await service.read({ ...TESTER, livemode }, listKeys)
      expect(data.map((key) => key.livemode)).toEqual([livemode])
      expect(data.some((key) => 'secret' in key)).toBe(false)
    }
  })

  test('are not in the store', async () => {
    const { service, store, place } = await aService(implementation)
    const { secret } = await service.write(TESTER, (call) => createKey(call, { mode: 'test', name: 'ci' }))
    await store.close()
    const contents = await place.contents()
    expect(contents).toContain(secret.slice(-4))
    expect(contents).not.toContain(secret.slice(8, 30))
  })

  test('are never alike', async () => {
    const { service } = await aService(implementation)
    const secrets = new Set<string>()
    for (let count = 0; count < 50; count += 1) {
      secrets.add((await service.write(TESTER, (call) => createKey(call, { mode: 'test', name: 'ci' }))).secret)
    }
    expect(secrets.size).toBe(50)
  })

  test('stay revoked since they first were', async () => {
    const { service, clock } = await aService(implementation)
    const { id } = await service.write(TESTER, (call) => createKey(call, { mode: 'test', name: 'ci' }))
    const first = await service.write(TESTER, (call) => revokeKey(call, id))
    clock.now += 10
    expect(await service.write(TESTER, (call) => revokeKey(call, id))).toEqual(first)
    expect((await service.read(TESTER, listKeys)).data).toEqual([first])
    await expect(service.write(TESTER, (call) => revokeKey(call, 'ak_none'))).rejects.toMatchObject({ status: 404 })
  })

  test.each([...['', ' ', 'two\nlines', 'x'.repeat(101)], ...['ci \u202eterces', 'a\u2066b', 'a\u200bb']])(
    'have a name of one line, which reads as it is: %j',
    async (name) => {
      const { service } = await aService(implementation)
      await expect(service.write(TESTER, (call) => createKey(call, { mode: 'test', name }))).rejects.toMatchObject({
        body: { param: 'name' },
      })
    },
  )

  test('have a mode', async () => {
    const { service } = await aService(implementation)
    const created = service.write(TESTER, (call) => createKey(call, { mode: 'prod' as never, name: 'ci' }))
    await expect(created).rejects.toMatchObject({ body: { param: 'mode' } })
  })
})
