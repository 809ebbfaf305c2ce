import type Stripe from 'stripe'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createKey } from '../../src/service/operations/keys/keys.js'
import { simulator } from '../../src/verifier/simulator/simulator.js'
import { stripeVerifier } from '../../src/verifier/stripe/stripe-verifier.js'
import { type Implementation, stores } from '../store/stores.js'
import type { Acts } from '../stripe/acts.js'
import { PERSON } from '../stripe/person.js'
import { StripeStandIn } from '../stripe/stand-in.js'
import { aReceiver, type Receiver } from './receiver.js'
import { served, TESTER } from './serving.js'
import { stripeAt } from './stripe-at.js'

/** What an application needs to know: its client, the secret of its webhook endpoint, and what came there. */
interface Application {
  readonly stripe: Stripe
  readonly secret: string
  readonly receiver: Receiver
  /** What the person does at Stripe. */
  readonly acts: Acts
  /** All that the service stores, and all that it logged; none without a service. */
  readonly kept?: () => Promise<{ readonly stored: string; readonly logged: string }>
}

const realTime = () => Math.floor(Date.now() / 1000)

async function aStandIn(): Promise<StripeStandIn> {
  const standIn = await StripeStandIn.start()
  onTestFinished(() => standIn.close())
  return standIn
}

/** An application that calls Stripe itself. */
async function direct(): Promise<Application> {
  const standIn = await aStandIn()
  const receiver = await aReceiver()
  const { secret } = standIn.test.webhooks.add(receiver.url)
  return { stripe: standIn.client(keyOf(standIn)), secret, receiver, acts: standIn.acts() }
}

function keyOf(standIn: StripeStandIn): string {
  return standIn.keys.restricted('test', {
    ...{ sessions: 'write', reports: 'read', sensitive: 'read', events: 'read', webhook_endpoints: 'read' },
  })
}

/** The same application, with the service in front of the account. */
async function behindTheService(implementation: Implementation): Promise<Application> {
  const standIn = await aStandIn()
  const secret = 'whsec_ofTheServiceAtStripe'
  const account = { key: keyOf(standIn), apiBase: standIn.url, webhookSecrets: [secret] }
  const verifiers = [await stripeVerifier({ test: account }), simulator]
  const { url, service, place, log } = await served({
    implementation,
    verifiers,
    now: realTime,
    webhookAllow: ['127.0.0.0/8'],
  })
  const { secret: key } = await service.write(TESTER, (call) =>
    createKey(call, { mode: 'test', name: 'app', scopes: ['sessions:write', 'reports:read', 'webhooks:write'] }),
  )
  standIn.test.webhooks.add(`${url}/verifiers/stripe/webhook`, { secret })
  const stripe = stripeAt(url, key)
  const receiver = await aReceiver()
  const endpoint = await stripe.webhookEndpoints.create({
    url: receiver.url,
    enabled_events: ['*', 'identity.verification_session.redacted'],
  })
  const kept = async () => ({ stored: await place.contents(), logged: JSON.stringify(log) })
  return { stripe, secret: endpoint.secret ?? '', receiver, acts: standIn.acts(), kept }
}

/** What an application does with Stripe Identity, as its documents have it, and everything that it sees. */
async function run({ stripe, secret, receiver, acts, kept }: Application): Promise<Record<string, unknown>> {
  const { verificationSessions: sessions, verificationReports: reports } = stripe.identity
  const seen: Record<string, unknown> = {}
  const refusal = async (call: Promise<unknown>) => {
    const error = (await call.catch((thrown: unknown) => thrown)) as Stripe.errors.StripeError
    const { statusCode, rawType, code, param, message, requestId } = error
    return { statusCode, rawType, code, param, message, requestId: requestId?.replace(/_.*/, '') }
  }
  const events = () => {
    const all = receiver.received.map(({ body, headers }) =>
      stripe.webhooks.constructEvent(body, headers['stripe-signature'] ?? '', secret),
    )
    return [...new Map(all.map((event) => [event.id, event])).values()]
  }
  const heard = async (id: string, name: string) => {
    const found = () =>
      events().find(
        ({ type, data }) =>
          type === `identity.verification_session.${name}` && (data.object as { id: string }).id === id,
      )
    await expect.poll(found, { timeout: 10_000, interval: 20 }).toBeDefined()
    const { id: _, pending_webhooks, ...event } = found() as Stripe.Event
    return event
  }

  seen.created = await sessions.create(
    {
      type: 'document',
      options: { document: { allowed_types: ['passport'], require_matching_selfie: true } },
      provided_details: { email: 'jenny@example.com' },
      client_reference_id: 'user 7',
      metadata: { order: '7' },
      return_url: 'https://example.com/done',
    },
    { idempotencyKey: 'order-7' },
  )
  const { id, url, client_secret } = seen.created as Stripe.Identity.VerificationSession
  seen.redirect = { host: new URL(url ?? '').host, secret: client_secret?.startsWith(`${id}_secret`) }
  seen.again = (
    await sessions.create(
      {
        type: 'document',
        options: { document: { allowed_types: ['passport'], require_matching_selfie: true } },
        provided_details: { email: 'jenny@example.com' },
        client_reference_id: 'user 7',
        metadata: { order: '7' },
        return_url: 'https://example.com/done',
      },
      { idempotencyKey: 'order-7' },
    )
  ).id
  seen.createdEvent = await heard(id, 'created')
  seen.updated = await sessions.update(id, {
    metadata: { order: '', item: '3' },
    // All that is to hold: whether Stripe keeps what an update does not name is unverified against the live API.
    options: {
      document: { allowed_types: ['passport'], require_live_capture: true, require_matching_selfie: true },
    },
  })
  acts.finish(id, 'document_expired')
  seen.failedEvent = await heard(id, 'requires_input')
  seen.failed = await sessions.retrieve(id)
  seen.failedReport = (await sessions.retrieve(id, { expand: ['last_verification_report'] })).last_verification_report
  acts.finish(id, 'verified')
  seen.processingEvent = await heard(id, 'processing')
  seen.verifiedEvent = await heard(id, 'verified')
  seen.verified = await sessions.retrieve(id, { expand: ['verified_outputs', 'last_verification_report'] })
  seen.sensitive = await sessions.retrieve(id, {
    expand: ['verified_outputs', 'verified_outputs.dob', 'last_verification_report.document.number'],
  })
  const listed = await reports.list({ verification_session: id })
  // Reports of the same second have no order that is known of Stripe.
  const statusOf = ({ document }: Stripe.Identity.VerificationReport) => document?.status ?? ''
  seen.reports = { ...listed, data: listed.data.toSorted((a, b) => statusOf(a).localeCompare(statusOf(b))) }
  const { last_verification_report: report } = await sessions.retrieve(id)
  seen.report = await reports.retrieve(report as string)
  seen.tooLate = await refusal(sessions.cancel(id))
  seen.canceled = await sessions.cancel((await sessions.create({ type: 'id_number' })).id)
  seen.list = (await sessions.list({ client_reference_id: 'user 7' })).data
  const everything = await kept?.()
  if (everything !== undefined) expectNothingPersonal(everything)
  seen.redacted = await sessions.redact(id)
  await expect.poll(() => acted(() => acts.finishRedaction(id)), { timeout: 10_000, interval: 20 }).toBe(true)
  seen.redactedEvent = await heard(id, 'redacted')
  seen.erased = await sessions.retrieve(id, { expand: ['verified_outputs'] })
  seen.missing = await refusal(sessions.retrieve('vs_1NothingOfThatName000000'))
  seen.unknown = await refusal(sessions.create({ type: 'document', colour: 'red' } as never))
  return seen
}

/** Of the person, only what the application gave itself is stored, and nothing at all is logged. */
function expectNothingPersonal({ stored, logged }: { readonly stored: string; readonly logged: string }): void {
  const { first_name, last_name, address, document, phone } = PERSON
  const canaries = [first_name, last_name, address.line1, address.city, document.number, phone]
  // Four digits alone are in some id or hash now and then.
  const years = /year\W{0,5}(1984|2031)/
  expect(stored).toContain('jenny@example.com')
  expect(canaries.filter((value) => stored.includes(value))).toEqual([])
  expect([years.exec(stored), years.exec(logged)]).toEqual([null, null])
  expect(years.test(JSON.stringify(JSON.stringify(PERSON)))).toBe(true)
  expect([...canaries, 'jenny@example.com', 'user 7'].filter((value) => logged.includes(value))).toEqual([])
  expect(logged.length).toBeGreaterThan(1000)
}

/** What differs, and has to. */
const DIFFERENCES: Readonly<Record<string, readonly string[]>> = {
  // The service refuses what Stripe would refuse, in the same shape, in its own words, and with a code.
  tooLate: ['code', 'message'],
  missing: ['message', 'param'],
  unknown: ['message'],
  // The service erases what it keeps at once; Stripe takes up to four days.
  redacted: ['metadata', 'provided_details'],
}

/** The redaction comes to Stripe in the background. */
function acted(act: () => void): boolean {
  try {
    act()
    return true
  } catch {
    return false
  }
}

/**
 * With ids by their order of appearance, and no times. An event that came of no request says so in either of two ways
 * that are documented.
 */
function comparable(seen: Record<string, unknown>): Record<string, unknown> {
  const names = new Map<string, string>()
  const text = JSON.stringify(seen, (name, value) => {
    if (name === 'created' && typeof value === 'number') return 'TIME'
    return name === 'request' && value?.id === null ? null : value
  })
    .replaceAll(/req_[A-Za-z0-9]+/g, 'req')
    .replaceAll(/\b(vs|vr|evt)_1[A-Za-z0-9]{23}/g, (id, kind) => {
      if (!names.has(id)) names.set(id, `${kind}#${names.size + 1}`)
      return names.get(id) ?? ''
    })
    .replaceAll(/_secret_test_[A-Za-z0-9]+/g, '_secret')
    .replaceAll(/\/start\/[\w#-]+/g, '/start/LINK')
  return JSON.parse(text)
}

describe('an application of Stripe Identity', () => {
  test.each(stores)('sees the same objects with the service in front of Stripe, over $name', async (implementation) => {
    const [alone, behind] = await Promise.all([direct().then(run), behindTheService(implementation).then(run)])
    const [expected, found] = [comparable(alone), comparable(behind)]
    for (const [name, value] of Object.entries(expected)) {
      const without = (one: unknown) =>
        DIFFERENCES[name] === undefined
          ? one
          : Object.fromEntries(Object.entries(one as object).filter(([member]) => !DIFFERENCES[name]?.includes(member)))
      expect.soft({ [name]: without(found[name]) }).toEqual({ [name]: without(value) })
    }
    const differing = Object.values(DIFFERENCES).flat().length
    console.log(
      `stripe-app: ${Object.keys(expected).length} answers compared field by field, all but ${differing} fields`,
    )
  })

  test('sees the same with a service in front of another service, whose simulator verifies', async () => {
    const upstream = await served({ now: realTime, processing: 0 })
    const account = { key: upstream.key, apiBase: upstream.url, webhookSecrets: [] }
    let later = 0
    const { url, key } = await served({
      now: () => realTime() + later,
      verifiers: [await stripeVerifier({ test: account }), simulator],
    })
    const [near, far] = [stripeAt(url, key), stripeAt(upstream.url, upstream.key)].map(({ identity }) => identity)
    const { id, url: link } =
      (await near?.verificationSessions.create({ type: 'document', metadata: { a: '1' } })) ?? {}
    expect(new URL(link ?? '').origin).toBe(upstream.url)
    await upstream.call('POST', `/v1/test_helpers/identity/verification_sessions/${id}/submit`)
    // Without webhooks, what is stored is read again once it is old.
    later = 60
    const expand = ['verified_outputs', 'last_verification_report']
    const shown = await near?.verificationSessions.retrieve(id ?? '', { expand })
    const there = await far?.verificationSessions.retrieve(id ?? '', { expand })
    expect(shown).toEqual({ ...there, metadata: { a: '1' } })
    expect(shown).toMatchObject({ status: 'verified', verified_outputs: { first_name: 'Test' } })
    expect(there?.metadata).toMatchObject({ a: '1', flows_session: expect.stringMatching(/^vs_/) })
  })
})
