import { afterAll, expect, test } from 'vitest'
import { checkStripe } from '../../src/cli/doctor/stripe-checks.js'
import { StripeStandIn } from '../stripe/stand-in.js'

const standIn = await StripeStandIn.start()
afterAll(() => standIn.close())
const SECRET = `whsec_${'a1B2'.repeat(8)}`
const ALL = { sessions: 'read', reports: 'read', events: 'read', webhook_endpoints: 'read' } as const

async function found(env: Record<string, string>): Promise<string[]> {
  const all = await checkStripe({ terminal: { env: { STRIPE_API_BASE: standIn.url, ...env } }, patience: 5000 })
  const key = env.STRIPE_TEST_KEY ?? ''
  if (key !== '') expect(JSON.stringify(all)).not.toContain(key)
  return all.map(({ status, message }) => `${status}: ${message}`)
}

test('flows doctor says nothing of Stripe where no variable is about it', async () => {
  expect(await found({})).toEqual([])
})

test('flows doctor finds a key of the wrong mode without asking Stripe, and one that Stripe does not take', async () => {
  const before = standIn.seen.length
  expect(await found({ STRIPE_TEST_KEY: standIn.keys.live })).toEqual([
    'problem: STRIPE_TEST_KEY is a key of live mode',
  ])
  expect(standIn.seen).toHaveLength(before)
  const revoked = standIn.keys.secret('test')
  standIn.keys.revoke(revoked)
  expect(await found({ STRIPE_TEST_KEY: revoked })).toEqual([
    expect.stringMatching(/^problem: test mode: Stripe does not take the key: .*401/),
  ])
  expect(await found({ STRIPE_TEST_KEY: revoked, STRIPE_API_BASE: 'http://127.0.0.1:9' })).toEqual([
    expect.stringMatching(/^problem: test mode: Stripe cannot be asked/),
  ])
})

test('flows doctor names the permissions that a key lacks, and what is missing of the webhooks', async () => {
  const STRIPE_TEST_KEY = standIn.keys.restricted('test', { sessions: 'read' })
  expect(await found({ STRIPE_TEST_KEY })).toEqual([
    'problem: test mode: the restricted key may not read verification reports, events',
    'ok: test mode: whether the key may make sessions is known once one is made',
    'warning: test mode: STRIPE_TEST_WEBHOOK_SECRET is not set, so webhooks of Stripe are refused',
    'warning: test mode: the key may not read webhook endpoints',
  ])
})

test('flows doctor looks for our webhook endpoint and the six events, of which "*" leaves one out', async () => {
  const env = { STRIPE_TEST_KEY: standIn.keys.restricted('test', ALL), STRIPE_TEST_WEBHOOK_SECRET: SECRET }
  expect((await found(env)).at(-1)).toBe('warning: test mode: no webhook endpoint leads to /verifiers/stripe/webhook')
  const url = 'https://flows.example.com/verifiers/stripe/webhook'
  const endpoint = standIn.test.webhooks.add(url, { enabled_events: ['*'] })
  expect((await found(env)).at(-1)).toBe(
    `problem: test mode: the webhook endpoint ${url} does not name identity.verification_session.redacted`,
  )
  endpoint.status = 'disabled'
  expect((await found(env)).at(-1)).toMatch(/^problem: .* is disabled$/)
  standIn.test.webhooks.add(url)
  expect(await found(env)).toEqual([
    'ok: test mode: Stripe takes the restricted key, which may read verification sessions, reports and events',
    'ok: test mode: whether the key may make sessions is known once one is made',
    'ok: test mode: 1 signing secret of webhooks',
    `ok: test mode: the webhook endpoint ${url} has all six events`,
  ])
  expect(standIn.seen.every(({ method }) => method === 'GET')).toBe(true)
})
