import { describe, expect, test } from 'vitest'
import { createKey, listEveryKey, listKeys, retrieveKey, revokeKey } from '../../src/service/operations/keys/keys.js'
import { allows, SCOPES } from '../../src/service/operations/keys/scopes.js'
import { aService, TESTER } from './serving.js'

const YEAR = 366 * 24 * 60 * 60

/** Operations, and how a key of the service calls them. */
async function aMaker(params: { scopes?: string[]; expires?: number; mode?: 'test' | 'live' } = {}) {
  const parts = await aService()
  const { service } = parts
  const made = await service.write(TESTER, (call) => createKey(call, { name: 'maker', ...params }))
  const { id, name, scopes } = made
  const maker = { livemode: made.livemode, principal: { kind: 'key', id, name, scopes } } as const
  const make = (more: object = {}) => service.write(maker, (call) => createKey(call, { name: 'made', ...more }))
  return { ...parts, made, maker, make }
}

describe('scopes', () => {
  test('to write is to read the same, and a deployment needs to read flows; nothing else follows from anything', () => {
    const implied = SCOPES.flatMap((scope) =>
      SCOPES.filter((wanted) => wanted !== scope && allows([scope], wanted)).map((wanted) => [scope, wanted]),
    )
    expect(implied).toEqual([
      ['flows:write', 'flows:read'],
      ['deployments:write', 'flows:read'],
      ['sessions:write', 'sessions:read'],
      ['webhooks:write', 'webhooks:read'],
    ])
  })

  test('of a secret key are all of them; a key with none may do nothing', () => {
    expect(SCOPES.filter((scope) => allows(null, scope))).toEqual([...SCOPES])
    expect(SCOPES.filter((scope) => allows([], scope))).toEqual([])
  })
})

describe('a restricted key', () => {
  test('names its kind, mode and scopes, in the order of the list, each once', async () => {
    const { make } = await aMaker()
    const scopes = ['sessions:write', 'flows:read', 'flows:read']
    const key = await make({ scopes })
    expect(key).toMatchObject({ type: 'restricted', scopes: ['flows:read', 'sessions:write'], livemode: false })
    expect(key.secret).toMatch(/^rk_test_[0-9a-z]{38}$/)
    expect(key.redacted).toBe(`rk_test_...${key.secret.slice(-4)}`)
  })

  test.each([
    [[], 'scopes', 'parameter_invalid_empty'],
    [['flows:reed'], 'scopes[0]', undefined],
    [['flows:read', 'everything'], 'scopes[1]', undefined],
  ])('has at least one scope, and only such as there are: %j', async (scopes, param, code) => {
    const { make } = await aMaker()
    await expect(make({ scopes })).rejects.toMatchObject({
      status: 400,
      body: { param, ...(code && { code }) },
    })
  })

  test('says which scope was meant', async () => {
    const { make } = await aMaker()
    await expect(make({ scopes: ['flows:reed'] })).rejects.toThrow('did you mean flows:read?')
  })
})

describe('a key ends', () => {
  test('in the future, within five years', async () => {
    const { make, clock } = await aMaker()
    for (const expires of [0, -1, clock.now, clock.now + 5 * YEAR + 1, 1.5]) {
      await expect(make({ expires })).rejects.toMatchObject({ body: { param: 'expires' } })
    }
    expect(await make({ expires: clock.now + 1 })).toMatchObject({ expires: clock.now + 1 })
    expect(await make({ expires: clock.now + 5 * YEAR })).toMatchObject({ expires: clock.now + 5 * YEAR })
  })
})

describe('a key made by a key', () => {
  test('has the mode of its maker, and no other', async () => {
    const { make } = await aMaker({ mode: 'live' })
    expect(await make()).toMatchObject({ livemode: true, type: 'secret', created_by: 'maker' })
    await expect(make({ mode: 'test' })).rejects.toMatchObject({ body: { param: 'mode' } })
  })

  test('may do no more than its maker', async () => {
    const { make } = await aMaker({ scopes: ['keys:admin', 'flows:write'] })
    expect(await make({ scopes: ['flows:read', 'flows:write'] })).toMatchObject({ type: 'restricted' })
    expect(await make({ scopes: ['keys:admin'] })).toMatchObject({ type: 'restricted' })
    const refused = { status: 403, body: { code: 'scope_missing', param: 'scopes' } }
    await expect(make({ scopes: ['flows:read', 'sessions:read'] })).rejects.toMatchObject(refused)
    await expect(make(), 'a secret key may do everything').rejects.toMatchObject(refused)
  })

  test('lasts no longer than its maker', async () => {
    const { make, made, clock } = await aMaker({ expires: 1_790_000_000 + 1000 })
    expect(await make()).toMatchObject({ expires: made.expires })
    expect(await make({ expires: clock.now + 10 })).toMatchObject({ expires: clock.now + 10 })
    await expect(make({ expires: clock.now + 1001 })).rejects.toMatchObject({ body: { param: 'expires' } })
  })

  test('is not made once its maker is revoked or expired, even if the request was let in before', async () => {
    const { make, made, service, clock } = await aMaker({ expires: 1_790_000_000 + 1000 })
    clock.now += 1000
    await expect(make()).rejects.toMatchObject({ status: 401, body: { code: 'api_key_expired' } })
    clock.now -= 1
    await service.write(TESTER, (call) => revokeKey(call, made.id))
    await expect(make()).rejects.toMatchObject({ status: 401, body: { code: 'api_key_expired' } })
  })
})

describe('keys', () => {
  test('of the other mode are not there for a key, but are for a person at the store', async () => {
    const { service, maker } = await aMaker()
    const { id } = await service.write(TESTER, (call) => createKey(call, { name: 'live', mode: 'live' }))
    await expect(service.read(maker, (call) => retrieveKey(call, id))).rejects.toMatchObject({ status: 404 })
    await expect(service.write(maker, (call) => revokeKey(call, id))).rejects.toMatchObject({ status: 404 })
    expect(await service.read(TESTER, (call) => retrieveKey(call, id))).toMatchObject({ revoked: null })
  })

  test('list in pages like everything else, newest first', async () => {
    const { service, maker, make, made } = await aMaker()
    const ids = [made.id]
    for (let n = 0; n < 3; n += 1) ids.unshift((await make()).id)
    const page = await service.read(maker, (call) => listKeys(call, { limit: 2 }))
    expect(page).toMatchObject({ object: 'list', url: '/v1/api_keys', has_more: true })
    const next = await service.read(maker, (call) => listKeys(call, { limit: 2, starting_after: page.data[1]?.id }))
    expect([...page.data, ...next.data].map(({ id }) => id)).toEqual(ids)
    expect(next.has_more).toBe(false)
    const none = service.read(maker, (call) => listKeys(call, { starting_after: 'ak_none' }))
    await expect(none).rejects.toMatchObject({ status: 404, body: { param: 'starting_after' } })
  })

  test('list whole and of both modes for a person at the store, however many there are', async () => {
    const { service } = await aService()
    const ids: string[] = []
    for (let n = 0; n < 103; n += 1) {
      const mode = n % 50 === 0 ? 'live' : 'test'
      ids.unshift((await service.write(TESTER, (call) => createKey(call, { name: 'k', mode }))).id)
    }
    expect((await service.read(TESTER, listEveryKey)).data.map(({ id }) => id)).toEqual(ids)
  })
})
