import { describe, expect, test } from 'vitest'
import { continueDueSessions } from '../../src/service/operations/sessions/due-sessions.js'
import { storeOfTheLane } from '../store/stores.js'
import { type Served, served } from './serving.js'

const SESSIONS = '/v1/identity/verification_sessions'
const HELPERS = '/v1/test_helpers/identity/verification_sessions'
const FLOWS = '/v1/identity/verification_flows'

async function aSession(api: Served, body: object = { type: 'document' }) {
  const answer = await api.call('POST', SESSIONS, { body })
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  return answer.body
}

async function submitted(api: Served, id: string, outcome?: string) {
  return api.call('POST', `${HELPERS}/${id}/submit`, { body: outcome === undefined ? '' : { outcome } })
}

async function get(api: Served, id: string, expand: readonly string[] = []) {
  const query = expand.map((path) => `expand[]=${path}`).join('&')
  return (await api.call('GET', `${SESSIONS}/${id}?${query}`)).body
}

/** The events there are, oldest first, without the prefix that they share. */
async function events(api: Served): Promise<string[]> {
  const found = await api.store.read((tx) => tx.events.list(false, {}, { limit: 100 }))
  return found.data.map(({ type }) => type.replace('identity.verification_session.', '')).reverse()
}

describe.each(storeOfTheLane)('a session that is submitted, on $name', (implementation) => {
  test('is processing for a while, and then verified', async () => {
    const api = await served({ implementation, processing: 2 })
    const { id } = await aSession(api)
    expect((await submitted(api, id)).body).toMatchObject({ status: 'processing', url: null, client_secret: null })
    await continueDueSessions(api.service)
    expect(await get(api, id)).toMatchObject({ status: 'processing', last_verification_report: null })
    api.clock.now += 2
    await continueDueSessions(api.service)
    expect(await get(api, id)).toMatchObject({
      status: 'verified',
      last_error: null,
      last_verification_report: expect.stringMatching(/^vr_[0-9a-z]{24}$/),
      url: null,
      client_secret: null,
    })
    expect(await events(api)).toEqual(['created', 'processing', 'verified'])
  })

  test('is verified at once where processing takes no time, with the same events', async () => {
    const api = await served({ implementation, processing: 0 })
    const { id } = await aSession(api)
    expect((await submitted(api, id)).body.status).toBe('verified')
    expect(await events(api)).toEqual(['created', 'processing', 'verified'])
  })

  test('that fails requires input again, says why, and can be submitted again', async () => {
    const api = await served({ implementation, processing: 0 })
    const { id } = await aSession(api)
    const failed = (await submitted(api, id, 'document_expired')).body
    expect(failed).toMatchObject({
      status: 'requires_input',
      last_error: { code: 'document_expired', reason: expect.stringMatching(/\S/) },
    })
    const again = (await submitted(api, id)).body
    expect(again).toMatchObject({ status: 'verified', last_error: null })
    expect(again.last_verification_report).not.toBe(failed.last_verification_report)
    const reports = await api.call('GET', `/v1/identity/verification_reports?verification_session=${id}`)
    expect(reports.body.data.map((report: { id: string }) => report.id)).toEqual([
      again.last_verification_report,
      failed.last_verification_report,
    ])
    expect(await events(api)).toEqual(['created', 'processing', 'requires_input', 'processing', 'verified'])
  })

  test('of a person who gave up was never processing, and has no report', async () => {
    const api = await served({ implementation, processing: 2 })
    const { id } = await aSession(api)
    expect((await submitted(api, id, 'consent_declined')).body).toMatchObject({
      status: 'requires_input',
      last_error: { code: 'consent_declined' },
      last_verification_report: null,
    })
    expect(await events(api)).toEqual(['created', 'requires_input'])
  })

  test('has only outcomes that its checks can have', async () => {
    const api = await served({ implementation, processing: 0 })
    const plain = await aSession(api)
    const refused = await submitted(api, plain.id, 'selfie_face_mismatch')
    expect(refused).toMatchObject({ status: 400, body: { error: { param: 'outcome' } } })
    expect(refused.body.error.message).toContain('document_expired')
    expect(refused.body.error.message).not.toContain('selfie')
    const options = { document: { require_matching_selfie: true } }
    const selfie = await aSession(api, { type: 'document', options })
    expect((await submitted(api, selfie.id, 'selfie_face_mismatch')).body.last_error.code).toBe('selfie_face_mismatch')
    expect((await submitted(api, selfie.id, 'phone_unverified_other')).status).toBe(400)
  })

  test('is settled once, though two look at it at once', async () => {
    const api = await served({ implementation, processing: 1 })
    const { id } = await aSession(api)
    await submitted(api, id)
    api.clock.now += 1
    await Promise.all([continueDueSessions(api.service), continueDueSessions(api.service)])
    expect((await get(api, id)).status).toBe('verified')
    expect(await events(api)).toEqual(['created', 'processing', 'verified'])
  })
})

describe.each(storeOfTheLane)('only the permitted transitions, on $name', (implementation) => {
  const ways: Record<string, (api: Served, id: string) => Promise<unknown>> = {
    requires_input: async () => {},
    processing: (api, id) => submitted(api, id),
    verified: async (api, id) => {
      await submitted(api, id)
      api.clock.now += 5
      await continueDueSessions(api.service)
    },
    canceled: (api, id) => api.call('POST', `${SESSIONS}/${id}/cancel`),
  }
  const allowed: Record<string, readonly string[]> = {
    requires_input: ['submit', 'cancel', 'redact', 'update', 'label'],
    processing: ['label'],
    verified: ['redact', 'label'],
    canceled: ['label'],
  }
  const asks: Record<string, (api: Served, id: string) => ReturnType<Served['call']>> = {
    submit: (api, id) => submitted(api, id),
    cancel: (api, id) => api.call('POST', `${SESSIONS}/${id}/cancel`),
    redact: (api, id) => api.call('POST', `${SESSIONS}/${id}/redact`),
    update: (api, id) => api.call('POST', `${SESSIONS}/${id}`, { body: 'provided_details[email]=a@example.com' }),
    label: (api, id) => api.call('POST', `${SESSIONS}/${id}`, { body: 'metadata[a]=b' }),
  }
  for (const [status, bring] of Object.entries(ways)) {
    for (const [name, ask] of Object.entries(asks)) {
      const is = allowed[status]?.includes(name) ? 'can' : 'cannot'
      test(`what is ${status} ${is} be asked to ${name}`, async () => {
        const api = await served({ implementation, processing: 2 })
        const { id } = await aSession(api)
        await bring(api, id)
        expect((await get(api, id)).status).toBe(status)
        const answer = await ask(api, id)
        expect(answer.status).toBe(is === 'can' ? 200 : 400)
        if (is === 'cannot') expect(answer.body.error.code).toBe('session_status_invalid')
        if (is === 'cannot') expect((await get(api, id)).status).toBe(status)
      })
    }
  }
})

describe.each(storeOfTheLane)('an update, on $name', (implementation) => {
  test('changes the check: options are a patch, and go with their type', async () => {
    const api = await served({ implementation })
    const { id } = await aSession(api, {
      type: 'document',
      options: { document: { require_live_capture: true, allowed_types: { 0: 'passport' } } },
    })
    const update = async (body: object | string) => (await api.call('POST', `${SESSIONS}/${id}`, { body })).body
    expect((await update({ options: { document: { require_matching_selfie: true } } })).options.document).toEqual({
      allowed_types: ['passport'],
      require_live_capture: true,
      require_matching_selfie: true,
    })
    expect((await update('options[document][allowed_types]=')).options.document).toEqual({
      require_live_capture: true,
      require_matching_selfie: true,
    })
    expect((await update('options[document]=')).options).toEqual({})
    expect((await update({ options: { document: { require_live_capture: false } } })).options).toEqual({
      document: { require_live_capture: false },
    })
    const other = await update({ type: 'id_number' })
    expect([other.type, other.options]).toEqual(['id_number', {}])
    expect((await update({ options: { document: { require_live_capture: true } } })).error).toMatchObject({
      param: 'options[document]',
    })
  })

  test('leaves alone what it does not name', async () => {
    const api = await served({ implementation })
    const options = { document: { require_live_capture: true } }
    const before = await aSession(api, { type: 'document', options, metadata: { a: '1' }, client_reference_id: 'r' })
    const { body } = await api.call('POST', `${SESSIONS}/${before.id}`, { body: 'metadata[b]=2' })
    expect(body).toEqual({ ...before, metadata: { a: '1', b: '2' } })
  })

  test('merges metadata and details: an empty value drops one, an empty whole drops all', async () => {
    const api = await served({ implementation })
    const { id } = await aSession(api, {
      type: 'document',
      metadata: { a: '1', b: '2' },
      provided_details: { email: 'a@example.com' },
    })
    const update = async (body: string) => (await api.call('POST', `${SESSIONS}/${id}`, { body })).body
    expect((await update('metadata[a]=&metadata[c]=3')).metadata).toEqual({ b: '2', c: '3' })
    expect((await update('metadata=')).metadata).toEqual({})
    expect((await update('provided_details[phone]=%2B12025550100')).provided_details).toEqual({
      email: 'a@example.com',
      phone: '+12025550100',
    })
    expect((await update('provided_details[email]=')).provided_details).toEqual({ phone: '+12025550100' })
    expect((await update('provided_details=')).provided_details).toBeNull()
  })

  test('holds the merged metadata to the limit', async () => {
    const api = await served({ implementation })
    const many = (prefix: string, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`${prefix}${n}`, 'x']))
    const { id } = await aSession(api, { type: 'document', metadata: many('a', 40) })
    const { status, body } = await api.call('POST', `${SESSIONS}/${id}`, { body: { metadata: many('b', 11) } })
    expect({ status, param: body.error?.param }).toEqual({ status: 400, param: 'metadata' })
    expect(Object.keys((await get(api, id)).metadata)).toHaveLength(40)
  })

  test('cannot change what a flow checks', async () => {
    const api = await served({ implementation })
    await api.call('POST', FLOWS, { body: { key: 'a', name: 'A', type: 'document' } })
    const { id } = await aSession(api, { verification_flow: 'a' })
    for (const body of ['type=id_number', 'options[document][require_live_capture]=true']) {
      const { status, body: answer } = await api.call('POST', `${SESSIONS}/${id}`, { body })
      expect({ status, code: answer.error?.code }).toEqual({ status: 400, code: 'parameters_exclusive' })
    }
  })

  test.each(['client_reference_id', 'return_url', 'related_customer', 'verification_flow'])(
    'does not take %s, as at Stripe',
    async (param) => {
      const api = await served({ implementation })
      const { id } = await aSession(api)
      const { body } = await api.call('POST', `${SESSIONS}/${id}`, { body: { [param]: 'x' } })
      expect(body.error).toMatchObject({ code: 'parameter_unknown', param })
    },
  )
})

describe.each(storeOfTheLane)('the url and the client secret, on $name', (implementation) => {
  test('are there while the session requires input, and only then', async () => {
    const api = await served({ implementation, processing: 0, publicUrl: 'https://flows.example.com' })
    const session = await aSession(api)
    expect(session.url).toMatch(/^https:\/\/flows\.example\.com\/verify\/[0-9a-z]{31}[\w-]{22}$/)
    expect(session.client_secret).toMatch(new RegExp(`^${session.id}_secret_test_[0-9a-z]{7}[\\w-]{22}$`))
    const canceled = (await api.call('POST', `${SESSIONS}/${session.id}/cancel`)).body
    expect([canceled.url, canceled.client_secret]).toEqual([null, null])
  })

  test('are new with every answer', async () => {
    const api = await served({ implementation })
    const session = await aSession(api)
    api.clock.now += 60
    const later = await get(api, session.id)
    expect(later.url).not.toBe(session.url)
    expect(later.client_secret).not.toBe(session.client_secret)
  })

  test('stand in no event', async () => {
    const api = await served({ implementation, processing: 0 })
    const { id } = await aSession(api)
    await submitted(api, id, 'document_expired')
    const { data } = await api.store.read((tx) => tx.events.list(false, {}, { limit: 10 }))
    expect(data.map(({ data: object }) => [object.url, object.client_secret])).toEqual(
      Array.from({ length: 3 }, () => [null, null]),
    )
  })
})
