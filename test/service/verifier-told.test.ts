import { describe, expect, test } from 'vitest'
import { StripeStandIn } from '../stripe/stand-in.js'
import { stripeAt } from '../verifier/stripe-setting.js'
import { served } from './serving.js'

const SESSIONS = '/v1/identity/verification_sessions'
const FLOWS = '/v1/identity/verification_flows'

const standIn = await StripeStandIn.start()
const reading = standIn.keys.restricted('test', { sessions: 'read' })

describe('why Stripe does not do what it is asked', () => {
  test('is told to the operator and the application where the key may not, and no part of the key to either', async () => {
    const { call, log } = await served({ verifiers: [await stripeAt(standIn, { key: reading })] })
    const { status, body } = await call('POST', SESSIONS, { body: 'type=document' })
    expect([status, body.error.message]).toEqual([403, expect.stringContaining("key 'rk_test_...'")])
    expect(log.at(-1)).toMatchObject({
      verifier: expect.stringMatching(/^Stripe answered: invalid_request_error \(403, req_\w+\)\.$/),
      fault: expect.stringContaining('VerifierError "Stripe answered'),
    })
    expect(JSON.stringify([body, log])).not.toContain(reading.slice(-4))
  })

  test('is not told to the visitor of a static link', async () => {
    const { call, url } = await served({ verifiers: [await stripeAt(standIn, { key: reading })] })
    const { body: flow } = await call('POST', FLOWS, {
      body: 'key=linked&name=Linked&type=document&static_link[active]=true',
    })
    const link = new URL(flow.static_link.url).pathname
    const page = await fetch(url + link, { method: 'POST', body: new URLSearchParams({ email: 'jenny@example.com' }) })
    expect(page.status).toBe(403)
    const text = await page.text()
    expect(text).toContain('It is not your fault.')
    expect(text.replace(/<style>.*?<\/style>/s, '')).not.toMatch(/key|permission/)
  })

  test('is told to the operator where Stripe is silent or does not take the key', async () => {
    const key = standIn.keys.secret('test')
    const { call, log } = await served({ verifiers: [await stripeAt(standIn, { key })] })
    const told = async () => {
      await call('POST', SESSIONS, { body: 'type=document' })
      return log.at(-1)
    }
    standIn.faults.next('reset-before')
    expect(await told()).toMatchObject({ code: 'verifier_unavailable', verifier: 'Stripe: no usable answer.' })
    standIn.keys.revoke(key)
    expect(await told()).toMatchObject({
      code: 'verifier_unavailable',
      verifier: expect.stringContaining('401'),
      fault: expect.stringContaining('401'),
    })
  })
})
