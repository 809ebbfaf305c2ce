import { describe, expect, test } from 'vitest'
import { forgottenKeys } from '../../src/cli/service/who-verifies.js'
import { nextAfterCreate } from '../../src/cli/views/session.js'
import type { VerificationSession } from '../../src/model/resources.js'
import { service } from '../../src/service/operations/calls/call.js'
import { beginChanges } from '../../src/service/operations/sessions/remote/changes.js'
import { sqlite } from '../store/stores.js'
import { StripeStandIn } from '../stripe/stand-in.js'
import { stripeAt } from '../verifier/stripe-setting.js'

describe('a service that starts without the key of a mode', () => {
  test('warns if Stripe verified people of that mode before, and only then', async () => {
    const store = await (await sqlite.made()).open()
    const standIn = await StripeStandIn.start()
    const mode = { key: standIn.keys.test, webhookSecrets: [] }
    const without = { apiBase: undefined, test: undefined, live: undefined }
    expect(await forgottenKeys(without, store)).toBeNull()
    await beginChanges(service({ store, verifiers: [await stripeAt(standIn)] }))
    await standIn.close()
    expect(await forgottenKeys(without, store)).toMatch(/^Warning: STRIPE_TEST_KEY is not set/)
    expect(await forgottenKeys({ ...without, live: mode }, store)).toMatch(/^Warning: STRIPE_TEST_KEY is not set/)
    expect(await forgottenKeys({ ...without, test: mode }, store)).toBeNull()
  })
})

describe('what to do with a new session', () => {
  const session = { id: 'vs_1', livemode: false, url: null } as VerificationSession

  test('is to choose its outcome, unless a verifier elsewhere does', () => {
    expect(nextAfterCreate(session)).toContain('flows sessions submit vs_1')
    expect(nextAfterCreate({ ...session, url: 'http://127.0.0.1:4010/verify/abc' })).toContain('submit vs_1')
    expect(nextAfterCreate({ ...session, url: 'https://verify.stripe.com/start/test_abc' })).toBe('')
  })
})
