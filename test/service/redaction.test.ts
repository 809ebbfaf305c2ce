import { describe, expect, test } from 'vitest'
import { sha256 } from '../../src/model/canonical.js'
import { continueDueSessions } from '../../src/service/operations/sessions/due-sessions.js'
import { anApiKey } from '../store/records.js'
import { storeOfTheLane } from '../store/stores.js'
import { type Served, served, TESTER } from './serving.js'
import { stripeAt } from './stripe-at.js'

const SESSIONS = '/v1/identity/verification_sessions'
const HELPERS = '/v1/test_helpers/identity/verification_sessions'

/** What a person is known by here, in every place that takes it. */
const PERSONAL = {
  provided_details: { email: 'canary-mail@example.com', phone: '+12025550199' },
  metadata: { name: 'canary-label' },
  return_url: 'https://example.com/canary-return',
}

async function aVerifiedSession(api: Served) {
  const options = { document: { require_id_number: true, require_matching_selfie: true } }
  const headers = { 'idempotency-key': 'canary-1' }
  const { body } = await api.call('POST', SESSIONS, { body: { type: 'document', options, ...PERSONAL }, headers })
  await api.call('POST', `${HELPERS}/${body.id}/submit`, { body: 'outcome=document_expired' })
  await api.call('POST', `${HELPERS}/${body.id}/submit`)
  return body.id as string
}

describe.each(storeOfTheLane)('a redacted session, on $name', (implementation) => {
  test('is found with no personal data in any table of the store', async () => {
    const api = await served({ implementation, processing: 0 })
    const id = await aVerifiedSession(api)
    expect(await everything(api)).toContain('canary-mail')
    const { status, body } = await api.call('POST', `${SESSIONS}/${id}/redact`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      status: 'verified',
      redaction: { status: 'redacted' },
      metadata: {},
      provided_details: { email: '[redacted]', phone: '[redacted]' },
    })
    const left = await everything(api)
    expect(left).not.toMatch(/canary-(mail|label|return)|2025550199|Example City|TEST0000/)
    expect(left).toContain('[redacted]')
  })

  test('keeps its country, its codes and its reports, in which dates and texts are unreadable', async () => {
    const api = await served({ implementation, processing: 0 })
    const id = await aVerifiedSession(api)
    await api.call('POST', `${SESSIONS}/${id}/redact`)
    const session = await api.service.write(TESTER, async ({ tx }) => tx.sessions.toWrite(false, id))
    expect(session?.verified_outputs).toMatchObject({
      address: { city: '[redacted]', country: 'US', line2: null },
      dob: { day: 1, month: 1, year: 1 },
      first_name: '[redacted]',
      id_number_type: 'us_ssn',
      sex: '[redacted]',
    })
    const [failed, passed] = await api.service.write(TESTER, async ({ tx }) => tx.reports.ofSession(id))
    expect(failed?.checks.document).toMatchObject({ status: 'unverified', error: { code: 'document_expired' } })
    expect(passed?.checks.document).toMatchObject({
      status: 'verified',
      number: '[redacted]',
      expiration_date: { day: 1, month: 1, year: 1 },
      type: 'driving_license',
    })
  })

  test('is being redacted for a while; its data is gone at once', async () => {
    const api = await served({ implementation, processing: 2 })
    const { body } = await api.call('POST', SESSIONS, { body: { type: 'document', ...PERSONAL } })
    const path = `${SESSIONS}/${body.id}`
    const redacting = (await api.call('POST', `${path}/redact`)).body
    expect(redacting).toMatchObject({ status: 'canceled', redaction: { status: 'processing' }, url: null })
    expect(await everything(api)).not.toContain('canary-mail')
    api.clock.now += 2
    await continueDueSessions(api.service)
    const redacted = (await api.call('GET', path)).body
    expect(redacted).toEqual({ ...redacting, redaction: { status: 'redacted' } })
    expect(await types(api)).toEqual(['created', 'canceled', 'redacted'])
  })

  test('stays as it is when it is redacted again, and takes no update, cancel or submission', async () => {
    const api = await served({ implementation, processing: 0 })
    const { body } = await api.call('POST', SESSIONS, { body: 'type=document' })
    const path = `${SESSIONS}/${body.id}`
    const redacted = (await api.call('POST', `${path}/redact`)).body
    expect((await api.call('POST', `${path}/redact`)).body).toEqual(redacted)
    for (const refused of [path, `${path}/cancel`, `${HELPERS}/${body.id}/submit`]) {
      expect((await api.call('POST', refused)).body.error).toMatchObject({ code: 'session_redacted' })
    }
    expect(await types(api)).toEqual(['created', 'canceled', 'redacted'])
  })

  test('is what a retry of the request that made it gets: nothing is made anew', async () => {
    const api = await served({ implementation, processing: 0 })
    const create = { body: { type: 'document', ...PERSONAL }, headers: { 'idempotency-key': 'one' } }
    const { id } = (await api.call('POST', SESSIONS, create)).body
    await api.call('POST', `${SESSIONS}/${id}/redact`)
    const again = await api.call('POST', SESSIONS, create)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(again.body).toMatchObject({ id, provided_details: { email: '[redacted]' }, metadata: {}, url: null })
    expect((await api.call('GET', SESSIONS)).body.data).toHaveLength(1)
  })
})

describe.each(storeOfTheLane)('what was verified, on $name', (implementation) => {
  const SENSITIVE = 'verified_outputs.dob'

  async function restricted(api: Served): Promise<string> {
    const secret = 'rk_test_reader'
    const key = anApiKey('reader', { hash: sha256(secret), scopes: ['sessions:read', 'reports:read'] })
    await api.store.write((tx) => tx.apiKeys.insert(key))
    return secret
  }

  test('is shown only when expanded, and its sensitive members only by name', async () => {
    const api = await served({ implementation, processing: 0 })
    const stripe = stripeAt(api.url, await restricted(api))
    const id = await aVerifiedSession(api)
    const { verificationSessions: sessions } = stripe.identity
    expect(await sessions.retrieve(id)).not.toHaveProperty('verified_outputs')
    const plain = await sessions.retrieve(id, { expand: ['verified_outputs', 'last_verification_report'] })
    expect(Object.keys(plain.verified_outputs ?? {}).sort()).toEqual([
      'address',
      'email',
      'first_name',
      'id_number_type',
      'last_name',
      'phone',
    ])
    const report = plain.last_verification_report as { document: object }
    expect(report.document).not.toHaveProperty('number')
    const full = await sessions.retrieve(id, {
      expand: [SENSITIVE, 'verified_outputs.id_number', 'last_verification_report.document.number'],
    })
    expect(full.verified_outputs).toMatchObject({ dob: { day: 1, month: 1, year: 1990 }, id_number: '0000' })
    expect(full.last_verification_report).toMatchObject({ document: { number: 'TEST00000000' } })
    const { data } = await sessions.list({ expand: [`data.${SENSITIVE}`] })
    expect(data[0]?.verified_outputs).toMatchObject({ dob: { year: 1990 } })
    const reports = await stripe.identity.verificationReports.list({
      verification_session: id,
      expand: ['data.document.number'],
    })
    expect(reports.data.map(({ document }) => document?.number)).toEqual(['TEST00000000', null])
  })

  test('is kept from secret keys in its sensitive members, and from restricted keys after 48 hours', async () => {
    const api = await served({ implementation, processing: 0 })
    const key = await restricted(api)
    const id = await aVerifiedSession(api)
    const path = `${SESSIONS}/${id}?expand[]=${SENSITIVE}`
    expect(await api.call('GET', path)).toMatchObject({ status: 403, body: { error: { param: 'expand' } } })
    api.clock.now += 48 * 60 * 60
    expect((await api.call('GET', path, { key })).status).toBe(200)
    api.clock.now += 1
    expect((await api.call('GET', path, { key })).status).toBe(403)
    // One that is too old keeps no list back: there, it is left out.
    const lists = [
      `${SESSIONS}?expand[]=data.${SENSITIVE}`,
      '/v1/identity/verification_reports?expand[]=data.document.number',
    ]
    for (const list of lists) {
      const { status, body } = await api.call('GET', list, { key })
      expect(status).toBe(200)
      expect(JSON.stringify(body)).not.toMatch(/1990|TEST0000/)
    }
  })

  test('is kept from keys without the scope of reports, wherever a report is asked for', async () => {
    const api = await served({ implementation, processing: 0 })
    const key = 'rk_test_sessions'
    const record = anApiKey('sessions', { hash: sha256(key), scopes: ['sessions:write'] })
    await api.store.write((tx) => tx.apiKeys.insert(record))
    const id = await aVerifiedSession(api)
    const ask = async (path: string) => (await api.call('GET', `${SESSIONS}/${id}?expand[]=${path}`, { key })).body
    expect(await ask('verified_outputs')).toMatchObject({ verified_outputs: { first_name: 'Test' } })
    for (const path of ['last_verification_report', 'last_verification_report.document.number', SENSITIVE]) {
      expect((await ask(path)).error).toMatchObject({ code: 'scope_missing', param: 'expand' })
    }
  })

  test('is given again under an idempotency key only to the key that it was shown to', async () => {
    const api = await served({ implementation, processing: 0 })
    const id = await aVerifiedSession(api)
    const key = 'rk_test_writer'
    const record = anApiKey('writer', { hash: sha256(key), scopes: ['sessions:write', 'reports:read'] })
    await api.store.write((tx) => tx.apiKeys.insert(record))
    const update = { body: `metadata[a]=b&expand[]=${SENSITIVE}`, headers: { 'idempotency-key': 'seen' } }
    const seen = await api.call('POST', `${SESSIONS}/${id}`, { ...update, key })
    expect(seen.body.verified_outputs.dob).toEqual({ day: 1, month: 1, year: 1990 })
    expect((await api.call('POST', `${SESSIONS}/${id}`, { ...update, key })).body).toEqual(seen.body)
    expect((await api.call('POST', `${SESSIONS}/${id}`, update)).body.error.type).toBe('idempotency_error')
  })

  test('is nothing before it was verified', async () => {
    const api = await served({ implementation, processing: 0 })
    const { body } = await api.call('POST', SESSIONS, { body: 'type=document' })
    const query = `expand[]=verified_outputs&expand[]=last_verification_report`
    expect((await api.call('GET', `${SESSIONS}/${body.id}?${query}`)).body).toMatchObject({
      verified_outputs: null,
      last_verification_report: null,
    })
  })

  test.each(['verified_outputs.name', 'report', 'last_verification_report.selfie.document', 'data.verified_outputs'])(
    'cannot be expanded by a name that there is not: %s',
    async (path) => {
      const api = await served({ implementation, processing: 0 })
      const { body } = await api.call('POST', SESSIONS, { body: 'type=document' })
      const { status, body: answer } = await api.call('GET', `${SESSIONS}/${body.id}?expand[]=${path}`)
      expect({ status, param: answer.error.param }).toEqual({ status: 400, param: 'expand[0]' })
    },
  )
})

async function types(api: Served): Promise<string[]> {
  const { data } = await api.store.read((tx) => tx.events.list(false, {}, { limit: 100 }))
  return data.map(({ type }) => type.replace('identity.verification_session.', '')).reverse()
}

/** All that the store holds, as text. */
async function everything({ store }: Served): Promise<string> {
  return store.read(async (tx) => {
    const all: unknown[] = []
    for await (const batch of tx.contents.batches()) all.push(batch)
    return JSON.stringify(all)
  })
}
