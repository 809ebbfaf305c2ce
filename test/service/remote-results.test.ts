import { describe, expect, test } from 'vitest'
import { createKey } from '../../src/service/operations/keys/keys.js'
import type { Store } from '../../src/store/store.js'
import { PAPERS, PERSON } from '../../src/verifier/simulator/person.js'
import { type Implementation, storeOfTheLane } from '../store/stores.js'
import { FarVerifier } from '../verifier/far-verifier.js'
import { served, TESTER } from './serving.js'

const SESSIONS = '/v1/identity/verification_sessions'
const REPORTS = '/v1/identity/verification_reports'
const OUTPUTS = 'expand[]=verified_outputs'
const PERSONAL = new RegExp(`${PERSON.address.line1}|${PERSON.unparsed_place_of_birth}|${PAPERS.number}`)
const SENSITIVE = `${OUTPUTS}&expand[]=verified_outputs.dob`

/** Everything that is stored, as text. */
async function everything(store: Store): Promise<string> {
  return store.read(async (tx) => {
    const rows: string[] = []
    for await (const batch of tx.contents.batches()) rows.push(JSON.stringify(batch))
    return rows.join('\n')
  })
}

/** The API with a verifier that keeps results itself, and a key that may see all of them. */
async function anApi(implementation: Implementation) {
  const clock = { now: Math.floor(Date.now() / 1000) }
  const far = new FarVerifier(clock, { keeps: true })
  const api = await served({ verifiers: [far], now: () => clock.now, implementation })
  const keyWith = async (scopes: readonly string[]) =>
    (await api.service.write(TESTER, (call) => createKey(call, { name: 'results', scopes }))).secret
  const key = await keyWith(['sessions:write', 'reports:read', 'flows:write'])
  const get = (path: string, more: object = {}) => api.call('GET', path, { key, ...more })
  const post = (path: string, body: string, headers = {}) => api.call('POST', path, { key, body, headers })
  /** A verified session, of which the service hears when it is retrieved. */
  const aVerified = async (more = 'type=document') => {
    const { body } = await post(SESSIONS, more)
    far.submit(body.id)
    far.end(body.id, 'verified')
    clock.now += 20
    expect((await get(`${SESSIONS}/${body.id}`)).body.status).toBe('verified')
    return body.id as string
  }
  return { ...api, far, clock, keyWith, get, post, aVerified }
}

describe.each(storeOfTheLane)('results that a verifier keeps itself, on $name,', (implementation) => {
  test('are answered for what asks for them, alone and in lists, and neither stored nor logged', async () => {
    const { get, post, aVerified, store, log, far } = await anApi(implementation)
    const { body: flow } = await post('/v1/identity/verification_flows', 'key=a&name=A&type=document')
    const [first, second] = [await aVerified(), await aVerified(`verification_flow=${flow.id}`)]
    const expand = `${SENSITIVE}&expand[]=last_verification_report`
    const { body: session } = await get(`${SESSIONS}/${first}?${expand}`)
    expect(session.verified_outputs).toMatchObject({ address: PERSON.address, dob: PERSON.dob })
    expect(session.verified_outputs).not.toHaveProperty('id_number')
    const report = session.last_verification_report
    expect(report).toMatchObject({ id: `vr_${first}-1`, document: { address: PERSON.address } })
    expect(report.document).not.toHaveProperty('number')
    expect((await get(`${REPORTS}/${report.id}`)).body).toEqual(report)
    const { body: list } = await get(`${SESSIONS}?expand[]=data.verified_outputs`)
    expect(list.data.map(({ id }: { id: string }) => id)).toEqual([second, first])
    expect(list.data).toMatchObject([{ verified_outputs: { address: PERSON.address } }, { verified_outputs: {} }])
    const { body: reports } = await get(`${REPORTS}?verification_session=${second}`)
    const ours = { verification_session: second, type: 'verification_flow', verification_flow: flow.id }
    expect(reports.data).toMatchObject([{ ...ours, document: { address: PERSON.address } }])
    expect(far.sessions.get(second)?.asked).toMatchObject({ flow: 'a', flow_version: 1 })
    const write = () => post(`${SESSIONS}/${first}`, `metadata[a]=1&${OUTPUTS}`, { 'idempotency-key': 'k' })
    const [answer, replay] = [await write(), await write()]
    expect(answer.body).toMatchObject({ metadata: { a: '1' }, verified_outputs: { address: PERSON.address } })
    expect([replay.body, replay.headers.get('idempotent-replayed')]).toEqual([answer.body, 'true'])
    const kept = await everything(store)
    expect(kept).toContain(report.id)
    expect(kept + JSON.stringify(log)).not.toMatch(PERSONAL)
  })

  test('are refused by the scope here first, then in the words of the verifier', async () => {
    const { get, aVerified, far, keyWith, log, clock } = await anApi(implementation)
    const id = await aVerified()
    const reader = await keyWith(['sessions:read'])
    far.calls.length = 0
    const beyond = await get(`${SESSIONS}/${id}?${SENSITIVE}`, { key: reader })
    expect([beyond.status, beyond.body.error.code, far.calls]).toEqual([403, 'scope_missing', []])
    far.permits = false
    const refused = await get(`${SESSIONS}/${id}?${SENSITIVE}`)
    const message = 'The key lacks the permission for sensitive results.'
    expect([refused.status, refused.body]).toEqual([403, { error: { type: 'invalid_request_error', message } }])
    expect(refused.headers.get('request-id')).toBe('req_far')
    expect(log.at(-1)).toMatchObject({ request: expect.not.stringMatching('req_far'), verifier_request: 'req_far' })
    far.permits = true
    clock.now += 49 * 60 * 60
    expect((await get(`${SESSIONS}/${id}?${SENSITIVE}`)).body.error.message).toMatch('48 hours')
  })

  test('are not there while the verifier is away; the session is', async () => {
    const { get, aVerified, post, far, clock } = await anApi(implementation)
    const id = await aVerified()
    far.faults = ['lost', 'lost', 'lost']
    for (const path of [
      `${SESSIONS}/${id}?${OUTPUTS}`,
      `${SESSIONS}?expand[]=data.verified_outputs`,
      `${REPORTS}/vr_${id}-1`,
    ]) {
      const { status, body } = await get(path)
      expect([status, body.error?.code]).toEqual([503, 'verifier_unavailable'])
    }
    const { body: open } = await post(SESSIONS, 'type=document')
    clock.now += 20
    far.submit(open.id)
    far.faults = ['lost']
    const statusOf = async () => (await get(`${SESSIONS}/${open.id}`)).body.status
    expect([await statusOf(), far.faults]).toEqual(['requires_input', []])
    // Nobody waits for a verifier that was silent a moment ago.
    const asked = far.calls.length
    expect([await statusOf(), far.calls.length]).toEqual(['requires_input', asked])
    clock.now += 6
    expect(await statusOf()).toBe('processing')
    // What was seen a moment ago is not asked for again.
    far.end(open.id, 'document_expired')
    expect(await statusOf()).toBe('processing')
    clock.now += 16
    expect(await statusOf()).toBe('requires_input')
    clock.now += 49 * 60 * 60
    const { body: renewed } = await get(`${SESSIONS}/${open.id}`)
    expect(renewed.url).toMatch(/^https:/)
  })

  test('come to an app on the device of the person by a key of the verifier', async () => {
    const { post, far, aVerified } = await anApi(implementation)
    const id = await aVerified()
    const make = () =>
      post('/v1/ephemeral_keys', `verification_session=${id}`, {
        'stripe-version': '2026-10-28.endive',
        'idempotency-key': 'app',
      })
    far.faults = ['answer-lost']
    expect((await make()).status).toBe(503)
    const { body: key } = await make()
    expect(key).toMatchObject({ object: 'ephemeral_key', secret: expect.stringMatching(/^ek_test_far_/) })
    expect((await make()).body).toEqual(key)
  })
})
