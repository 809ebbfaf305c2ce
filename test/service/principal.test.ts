import { describe, expect, test } from 'vitest'
import { authorise, type Needs } from '../../src/service/operations/calls/authorise.js'
import {
  actorOf,
  idOfPrincipal,
  localUser,
  may,
  type Principal,
  SERVICE,
  VISITOR,
} from '../../src/service/operations/calls/principal.js'
import { createKey, listKeys } from '../../src/service/operations/keys/keys.js'
import { SCOPES } from '../../src/service/operations/keys/scopes.js'
import { aService, TESTER } from './serving.js'

const KEY: Principal = { kind: 'key', id: 'ak_1', name: 'ci', scopes: ['flows:read'] }
const SECRET: Principal = { ...KEY, scopes: null }
const PERSON: Principal = { kind: 'person', id: 'usr_1', name: 'Ada', scopes: ['flows:write', 'keys:admin'] }
const EPHEMERAL: Principal = { kind: 'ephemeral_key', id: 'ephkey_1', session: 'vs_1' }
const LOCAL = localUser('somebody')

/** What the gate answers: nothing where it lets in. */
function gate(principal: Principal, needs: Needs, { id = '', livemode = false } = {}): string | undefined {
  try {
    authorise({ principal, livemode }, needs, id)
    return undefined
  } catch (error) {
    return (error as { readonly body: { readonly code: string } }).body.code
  }
}

describe('whoever asks', () => {
  test('may do what their scopes say, by whatever they prove who they are', () => {
    const allowed = (principal: Principal) => SCOPES.filter((scope) => may(principal, scope))
    expect(allowed(KEY)).toEqual(['flows:read'])
    expect(allowed(PERSON)).toEqual(['flows:read', 'flows:write', 'keys:admin'])
    for (const all of [SECRET, LOCAL, SERVICE]) expect(allowed(all)).toEqual([...SCOPES])
    for (const none of [EPHEMERAL, VISITOR]) expect(allowed(none)).toEqual([])
  })

  test('is held to that by one gate', () => {
    const writes = { scope: 'flows:write' } as const
    expect([KEY, PERSON, EPHEMERAL, VISITOR, LOCAL].map((one) => gate(one, writes))).toEqual([
      'scope_missing',
      undefined,
      'scope_missing',
      'scope_missing',
      undefined,
    ])
    const reads = { scope: 'sessions:read', ofOneSession: true } as const
    expect(gate(EPHEMERAL, reads, { id: 'vs_1' })).toBeUndefined()
    expect(gate(EPHEMERAL, reads, { id: 'vs_2' })).toBe('scope_missing')
    expect(gate(PERSON, { scope: null, testOnly: true }, { livemode: true })).toBe('livemode_mismatch')
  })

  test('is recorded by name, and told apart by id', () => {
    expect([KEY, PERSON, EPHEMERAL, LOCAL, VISITOR, SERVICE].map((one) => [actorOf(one), idOfPrincipal(one)])).toEqual([
      ['ci', 'ak_1'],
      ['Ada', 'usr_1'],
      [null, 'ephkey_1'],
      ['somebody', null],
      [null, null],
      [null, null],
    ])
  })
})

describe('a person', () => {
  test('makes keys of their own mode that may do no more than they, recorded with their name', async () => {
    const { service } = await aService()
    const ada = { livemode: false, principal: PERSON }
    const make = (params: object) => service.write(ada, (call) => createKey(call, { name: 'made', ...params }))
    expect(await make({ scopes: ['flows:write'] })).toMatchObject({ created_by: 'Ada', scopes: ['flows:write'] })
    await expect(make({})).rejects.toMatchObject({ status: 403 })
    await expect(make({ scopes: ['sessions:read'] })).rejects.toMatchObject({ status: 403 })
    await expect(make({ scopes: ['flows:read'], mode: 'live' })).rejects.toMatchObject({ body: { param: 'mode' } })
    expect((await service.read(TESTER, (call) => listKeys(call))).data).toHaveLength(1)
  })
})
