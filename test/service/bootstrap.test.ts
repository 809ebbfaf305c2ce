import { describe, expect, test } from 'vitest'
import type { Caller } from '../../src/service/operations/calls/call.js'
import { type BootstrapParams, bootstrap } from '../../src/service/operations/keys/bootstrap.js'
import { createKey, listEveryKey, markUsed, revokeKey } from '../../src/service/operations/keys/keys.js'
import { storeOfTheLane } from '../store/stores.js'
import { aService, type Serving, TESTER } from './serving.js'

const FIRST = ['admin', 'ci-plan', 'ci-apply', 'app']

async function begun(serving: Pick<Serving, 'service'>, more: Partial<BootstrapParams> = {}) {
  return serving.service.write(TESTER, (call) => bootstrap(call, { mode: 'live', ...more }))
}

async function made(serving: Pick<Serving, 'service'>, more: Partial<BootstrapParams> = {}) {
  const result = await begun(serving, more)
  if ('admin' in result) throw new Error(`${result.admin.id} stood in the way`)
  return result
}

const validNames = async ({ service }: Serving) =>
  (await service.read(TESTER, listEveryKey)).data.filter(({ revoked }) => revoked === null).map(({ name }) => name)

const namesOf = (keys: readonly { readonly name: string }[]) => keys.map(({ name }) => name)

describe.each(storeOfTheLane)('the first keys, on $name', (implementation) => {
  test('are one that makes keys, and one for each job and for the application, that may do just that', async () => {
    const serving = await aService(implementation)
    const { made: keys, kept, revoked } = await made(serving, { expires: serving.clock.now + 1000 })
    expect(keys.map(({ name, scopes, expires, livemode }) => [name, scopes, expires, livemode])).toEqual([
      ['admin', null, null, true],
      ['ci-plan', ['flows:read'], serving.clock.now + 1000, true],
      ['ci-apply', ['flows:read', 'deployments:write'], serving.clock.now + 1000, true],
      ['app', ['sessions:write'], serving.clock.now + 1000, true],
    ])
    expect([kept, revoked]).toEqual([[], []])
  })

  test('are made once: the second time the key that may make keys is named, and nothing is made', async () => {
    const serving = await aService(implementation)
    const { made: keys } = await made(serving)
    expect(await begun(serving)).toMatchObject({ admin: { id: keys[0]?.id } })
    expect((await validNames(serving)).toSorted()).toEqual(FIRST.toSorted())
  })

  test('are made once by two at the same moment, too', async () => {
    const serving = await aService(implementation)
    const results = await Promise.all([begun(serving), begun(serving)])
    expect(results.filter((result) => 'admin' in result)).toHaveLength(1)
    expect(await validNames(serving)).toHaveLength(4)
  })

  test('are those of one mode: the other still has none', async () => {
    const serving = await aService(implementation)
    await made(serving)
    expect((await made(serving, { mode: 'test' })).made.every(({ livemode }) => !livemode)).toBe(true)
  })

  test('do not come when there is any key that may make keys, and do when it is revoked or has ended', async () => {
    const serving = await aService(implementation)
    const { service, clock } = serving
    const make = (more: object) =>
      service.write(TESTER, (call) => createKey(call, { mode: 'live', name: 'x', ...more }))
    await make({ scopes: ['flows:read'] })
    const ending = await make({ scopes: ['keys:admin'], expires: clock.now + 10 })
    expect(await begun(serving)).toMatchObject({ admin: { id: ending.id } })
    clock.now += 10
    const secret = await make({})
    expect(await begun(serving)).toMatchObject({ admin: { id: secret.id } })
    await service.write(TESTER, (call) => revokeKey(call, secret.id))
    expect(namesOf((await made(serving)).made)).toEqual(FIRST)
  })

  test('replace those that nobody ever saw, where the program was killed before it showed them', async () => {
    const serving = await aService(implementation)
    const first = await made(serving)
    const second = await made(serving, { again: true })
    expect(namesOf(second.made)).toEqual(FIRST)
    expect(second.revoked.map(({ id }) => id).toSorted()).toEqual(first.made.map(({ id }) => id).toSorted())
    expect((await validNames(serving)).toSorted()).toEqual(FIRST.toSorted())
  })

  test('leave keys of the same names that were made in another way, used or not, and by whomever', async () => {
    const serving = await aService(implementation)
    const { service, clock } = serving
    const first = await made(serving)
    const [admin] = first.made
    const make = (name: string, caller: Caller) =>
      service.write(caller, (call) => createKey(call, { mode: 'live', name, scopes: ['sessions:read'] }))
    const byAdmin: Caller = {
      livemode: true,
      principal: { kind: 'key', id: admin?.id ?? '', name: 'admin', scopes: null },
    }
    const own = [await make('app', byAdmin), await make('ci-plan', byAdmin), await make('app', TESTER)]
    await service.write(TESTER, (call) => markUsed(call, [own[1]?.id ?? ''], clock.now))
    const second = await made(serving, { again: true })
    expect(second.revoked.map(({ id }) => id).toSorted()).toEqual(first.made.map(({ id }) => id).toSorted())
    expect([namesOf(second.made), second.kept]).toEqual([FIRST, []])
    const { data } = await service.read(TESTER, listEveryKey)
    for (const { id } of own) expect(data.find((key) => key.id === id)?.revoked).toBeNull()
  })

  test('leave those that are in use, and other keys, where only the one that makes keys was lost', async () => {
    const serving = await aService(implementation)
    const { service, clock } = serving
    const first = await made(serving)
    const other = await service.write(TESTER, (call) => createKey(call, { mode: 'live', name: 'support' }))
    const used = first.made.filter(({ name }) => name !== 'app').map(({ id }) => id)
    await service.write(TESTER, (call) => markUsed(call, used, clock.now))
    const second = await made(serving, { again: true })
    expect(namesOf(second.made), 'the application never had its key').toEqual(['admin', 'app'])
    expect(second.kept.map(({ id }) => id).toSorted()).toEqual(used.toSorted())
    expect(namesOf(second.revoked)).toEqual(['app'])
    expect(await validNames(serving)).toContain(other.name)
  })
})

test('a key cannot make the first keys, whatever it may do', async () => {
  const serving = await aService()
  const { id, name, livemode } = await serving.service.write(TESTER, (call) => createKey(call, { name: 'all' }))
  const key = { livemode, principal: { kind: 'key', id, name, scopes: null } } as const
  await expect(serving.service.write(key, (call) => bootstrap(call, { mode: 'test' }))).rejects.toThrow(
    'reach the store',
  )
})
