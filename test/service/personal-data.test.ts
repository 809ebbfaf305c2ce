import { describe, expect, onTestFinished, test } from 'vitest'
import { serveMetrics } from '../../src/service/metrics/serve.js'
import { served } from './serving.js'

const FLOWS = '/v1/identity/verification_flows'
const SESSIONS = '/v1/identity/verification_sessions'
const HELPERS = '/v1/test_helpers/identity/verification_sessions'

/** Stands in everything that is sent, wherever something can be sent. */
const CANARY = 'canary'
const EMAIL = `${CANARY}@example.com`
const PHONE = '+12025550199'

describe('what people send', () => {
  test('is in no line of the log and in no figure', async () => {
    const { metrics, url: figures, close } = await serveMetrics('127.0.0.1', 0)
    onTestFinished(close)
    const { call, url, log, key, liveKey } = await served({
      metrics,
      processing: 0,
      rateLimit: 200,
      publicUrl: 'http://localhost',
    })
    const session = {
      type: 'document',
      client_reference_id: `${CANARY}-reference`,
      related_customer: `cus_${CANARY}`,
      metadata: { [`${CANARY}-label`]: `${CANARY}-value` },
      provided_details: { email: EMAIL, phone: PHONE },
      return_url: `https://example.com/${CANARY}`,
    }
    const headers = {
      'idempotency-key': `${CANARY}-${EMAIL}`,
      'user-agent': CANARY,
      referer: `https://example.com/${CANARY}`,
      'x-forwarded-for': '198.51.100.77',
    }
    const { body } = await call('POST', SESSIONS, { body: session, headers })
    expect(body.provided_details).toEqual({ email: EMAIL, phone: PHONE })
    await call('POST', SESSIONS, {
      body: { ...session, type: CANARY },
      headers: { ...headers, 'idempotency-key': '2' },
    })
    await call('POST', SESSIONS, { body: { ...session, [CANARY]: EMAIL } })
    await call('POST', SESSIONS, { body: { type: 'document', provided_details: { email: CANARY, phone: CANARY } } })
    await call('POST', `${SESSIONS}/${body.id}`, { body: { metadata: { [EMAIL]: PHONE } } })
    await call('POST', `${HELPERS}/${body.id}/submit`, { body: `outcome=${CANARY}` })
    await call('POST', `${HELPERS}/${body.id}/submit`)
    await call('GET', `${SESSIONS}/${body.id}?expand[]=verified_outputs&expand[]=last_verification_report`)
    await call('GET', `${SESSIONS}?client_reference_id=${CANARY}&created=${CANARY}`)
    await call('GET', `${SESSIONS}/${CANARY}`)
    await call('GET', `${SESSIONS}/${encodeURIComponent(EMAIL)}`)
    await call('GET', `/${CANARY}/${EMAIL}?${CANARY}=${EMAIL}`)
    await call('POST', SESSIONS, { body: `{"email":"${EMAIL}"}`, headers: { 'content-type': `text/${CANARY}` } })
    await call('POST', '/v2/identity/flow_deployments', { body: { project: CANARY, [EMAIL]: CANARY } })
    await call('GET', `/v2/identity/flow_state?project=${CANARY}`, { headers: { 'if-none-match': CANARY } })
    await call('POST', FLOWS, { body: { key: CANARY, name: EMAIL, type: 'document', metadata: { [CANARY]: EMAIL } } })
    const link = (await call('POST', `${FLOWS}/${CANARY}/static_link`, { body: 'active=true' })).body.static_link.url
    const page = url + new URL(link).pathname
    await fetch(`${page}?client_reference_id=${CANARY}&prefilled_email=${EMAIL}`)
    await fetch(page, {
      method: 'POST',
      body: new URLSearchParams({ email: EMAIL, client_reference_id: CANARY }),
      redirect: 'manual',
    })
    await fetch(page, { method: 'POST', body: new URLSearchParams({ email: CANARY }) })
    await fetch(`${url}/l/${CANARY}`)
    await call('POST', '/v1/api_keys', { body: { name: EMAIL, scopes: { 0: CANARY } } })
    await call('POST', '/v1/api_keys', { body: { name: EMAIL } })
    await call('GET', SESSIONS, { headers: { 'stripe-version': CANARY } })
    await call('GET', SESSIONS, { headers: { 'stripe-account': `acct_${CANARY}` } })
    await call('GET', SESSIONS, { headers: { authorization: `Basic ${btoa(`${CANARY}:${EMAIL}`)}` } })
    await call('GET', SESSIONS, { key: `sk_test_${CANARY}` })
    await call('GET', SESSIONS, { key: liveKey })
    await call('PROPFIND', `${SESSIONS}/${EMAIL}`)

    await expect.poll(() => log.length).toBe(29)
    const told = JSON.stringify(log) + (await (await fetch(figures)).text())
    expect(told).toContain(SESSIONS)
    for (const secret of [
      CANARY,
      '2025550199',
      '198.51.100.77',
      '127.0.0.1',
      body.id,
      key.slice(0, -4),
      liveKey.slice(0, -4),
    ]) {
      expect(told.toLowerCase()).not.toContain(secret.toLowerCase())
    }
    for (const tail of [key, liveKey]) expect(JSON.stringify(log)).toContain(tail.slice(-4))
  })
})
