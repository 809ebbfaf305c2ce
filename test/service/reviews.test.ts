import { describe, expect, test } from 'vitest'
import { createKey } from '../../src/service/operations/keys/keys.js'
import { LONGEST_REASON } from '../../src/service/operations/sessions/review/review-session.js'
import { aSession } from '../store/records.js'
import { storeOfTheLane } from '../store/stores.js'
import { aDashboard, FOREIGN, plain, SCRIPT } from './dashboards.js'
import { type Served, TESTER } from './serving.js'

const SESSIONS = '/v1/identity/verification_sessions'
const HELPERS = '/v1/test_helpers/identity/verification_sessions'

async function aResult(api: Served, outcome: string) {
  const options = { document: { require_matching_selfie: true } }
  const { body } = await api.call('POST', SESSIONS, { body: { type: 'document', options } })
  await api.call('POST', `${HELPERS}/${body.id}/submit`, { body: { outcome } })
  return body.id as string
}

const outputs = 'expand[]=verified_outputs'
const session = async (api: Served, id: string) => (await api.call('GET', `${SESSIONS}/${id}?${outputs}`)).body
const eventsOf = async (api: Served, id: string) => {
  const { data } = (await api.call('GET', '/v1/events?limit=100')).body
  const about = data.filter((event: { data: { object: { id: string } } }) => event.data.object.id === id)
  return about.map(({ type }: { type: string }) => type.replace('identity.verification_session.', '')).reverse()
}
const counts = (api: Served) =>
  api.store.write(async (tx) => {
    await tx.sessionCounts.gather()
    const [total] = await tx.sessionCounts.by('day', false, { days: { from: 0, to: 30_000 } })
    return total?.counts
  })

describe.each(storeOfTheLane)('a result that is overridden, on $name', (implementation) => {
  test('is like that of an attempt that ended so, either way: fields, event and counts', async () => {
    const api = await aDashboard(implementation)
    const id = await aResult(api, 'selfie_face_mismatch')
    const review = (body: object) => api.call('POST', `${SESSIONS}/${id}/review?${outputs}`, { body })
    expect(await counts(api)).toMatchObject({ sessions: 1, submitted: 1, verified: 0, successful: 0 })
    const verified = await review({ status: 'verified', reason: 'It is her: a new haircut.' })
    expect(verified.status).toBe(200)
    expect(await session(api, id)).toMatchObject({
      status: 'verified',
      last_error: null,
      url: null,
      verified_outputs: { first_name: 'Test', address: { country: 'US' } },
    })
    expect(await counts(api)).toMatchObject({ sessions: 1, verified: 1, successful: 1, requires_input: 0 })
    const back = await review({ status: 'requires_input', reason: 'I mixed her up.' })
    expect(back.body).toMatchObject({
      status: 'requires_input',
      last_error: { code: 'selfie_face_mismatch' },
      verified_outputs: null,
    })
    expect(await counts(api)).toMatchObject({ sessions: 1, submitted: 1, verified: 0, successful: 0 })
    const happened = ['created', 'processing', 'requires_input', 'verified', 'requires_input']
    expect(await eventsOf(api, id)).toEqual(happened)
    // What Stripe has no field for is in no object that its clients read.
    expect(JSON.stringify([verified.body, back.body, (await api.call('GET', '/v1/events')).body])).not.toContain(
      'haircut',
    )
    // The person can try again, and is verified.
    const [, token = ''] = /(\/verify\/.*)/.exec((await session(api, id)).url) ?? []
    expect((await fetch(api.url + token)).status).toBe(200)
  })

  test('without a failed check there is no error to show', async () => {
    const api = await aDashboard(implementation)
    const id = await aResult(api, 'verified')
    await api.call('POST', `${SESSIONS}/${id}/review`, { body: { status: 'requires_input', reason: 'A lookalike.' } })
    expect(await session(api, id)).toMatchObject({ status: 'requires_input', last_error: null })
  })

  test('is refused where there is no result of this service, or none that would change', async () => {
    const api = await aDashboard(implementation)
    const refused = async (id: string, body: object = { status: 'verified', reason: 'x' }) => {
      const { status, body: answer } = await api.call('POST', `${SESSIONS}/${id}/review`, { body })
      return [status, answer.error?.code, answer.error?.param].filter((one) => one !== undefined)
    }
    const open = (await api.call('POST', SESSIONS, { body: { type: 'document' } })).body.id
    expect(await refused(open)).toEqual([400, 'session_status_invalid'])
    // Whoever gave up left nothing to decide on.
    expect(await refused(await aResult(api, 'abandoned'))).toEqual([400, 'session_status_invalid'])
    // What an earlier attempt found is not the result of one that ended without checks.
    const failed = await aResult(api, 'selfie_face_mismatch')
    const browser = await api.signedIn('analyst')
    const offersReview = async () =>
      (await browser.show(`/dashboard/test/verifications/${failed}`)).text.includes('Override the result')
    expect(await offersReview()).toBe(true)
    await api.call('POST', `${HELPERS}/${failed}/submit`, { body: { outcome: 'consent_declined' } })
    expect(await session(api, failed)).toMatchObject({ last_verification_report: expect.stringContaining('vr_') })
    expect(await refused(failed)).toEqual([400, 'session_status_invalid'])
    expect(await offersReview()).toBe(false)
    await api.call('POST', `${SESSIONS}/${open}/cancel`)
    expect(await refused(open)).toEqual([400, 'session_status_invalid'])
    const done = await aResult(api, 'verified')
    expect(await refused(done)).toEqual([400, 'session_status_invalid'])
    expect(await refused(done, { status: 'requires_input' })).toEqual([400, 'parameter_missing', 'reason'])
    expect(await refused(done, { reason: 'x' })).toEqual([400, 'parameter_missing', 'status'])
    expect(await refused(done, { status: 'requires_input', reason: ' ' })).toEqual([
      ...[400, 'parameter_invalid_empty', 'reason'],
    ])
    expect(await refused(done, { status: 'canceled', reason: 'x' })).toEqual([400, 'status'])
    expect(await refused(done, { status: 'requires_input', reason: 'x'.repeat(LONGEST_REASON + 1) })).toEqual([
      ...[400, 'reason'],
    ])
    const processing = aSession('vs_processing', { status: 'processing', last_report: 'vr_1' })
    const remote = {
      ...{ verifier: 'stripe', id: 'vs_remote', flow: null, url: null, client_secret: null },
      ...{ expires: null, attempt: 'a', seen: null, answers: 1 },
    }
    await api.store.write(async (tx) => {
      await tx.sessions.insert(processing)
      await tx.sessions.insert(aSession('vs_remote', { status: 'requires_input', last_report: 'vr_1', remote }))
    })
    expect(await refused('vs_processing')).toEqual([400, 'session_status_invalid'])
    expect(await refused('vs_remote')).toEqual([400, 'verifier_refused'])
    expect(await refused('vs_none')).toEqual([404, 'resource_missing', 'session'])
    await api.call('POST', `${SESSIONS}/${done}/redact`)
    expect(await refused(done, { status: 'requires_input', reason: 'x' })).toEqual([400, 'session_redacted'])
  })

  test('takes the right to write sessions and to read reports', async () => {
    const api = await aDashboard(implementation)
    const id = await aResult(api, 'document_expired')
    const with_ = async (...scopes: ('sessions:write' | 'reports:read')[]) => {
      const { secret } = await api.service.write(TESTER, (call) => createKey(call, { mode: 'test', name: 'k', scopes }))
      const body = { status: 'verified', reason: 'x' }
      return (await api.call('POST', `${SESSIONS}/${id}/review`, { body, key: secret })).status
    }
    expect(await with_('sessions:write')).toBe(403)
    expect(await with_('reports:read')).toBe(403)
    expect(await with_('sessions:write', 'reports:read')).toBe(200)
  })

  test('shows who did it and why, and redaction erases the reason', async () => {
    const api = await aDashboard(implementation)
    const id = await aResult(api, 'document_expired')
    const here = `/dashboard/test/verifications/${id}`
    const [analyst, viewer] = [await api.signedIn('analyst'), await api.signedIn('viewer')]
    expect((await viewer.show(here)).text).not.toContain('Override the result')
    const reason = `Renewed.\n${SCRIPT}`
    expect(await analyst.send(here, `${here}/review`, { status: 'verified', reason })).toMatchObject({
      status: 303,
      location: `${here}?done=reviewed`,
    })
    const shown = (await analyst.show(here)).text
    expect(plain(shown)).toContain(`anna overrode the result: verified, because: ${reason}`)
    expect(shown).not.toMatch(FOREIGN)
    expect((await viewer.show(here)).text).toContain('anna overrode the result')
    expect((await viewer.show(here)).text).not.toContain('Renewed')
    expect((await analyst.send(here, `${here}/review`, { status: 'x', reason })).status).toBe(400)
    await api.call('POST', `${SESSIONS}/${id}/redact`)
    expect((await analyst.show(here)).text).not.toContain('Renewed')
    const reviews = await api.store.read((tx) => tx.reviews.ofSession(id))
    expect(reviews).toMatchObject([
      { before: 'requires_input', after: 'verified', reason: '[redacted]', actor: 'anna' },
    ])
  })
})
