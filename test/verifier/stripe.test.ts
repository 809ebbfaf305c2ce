import { inspect } from 'node:util'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type {
  ChangedSession,
  ChangesPage,
  Doing,
  HeldSession,
  Observed,
  OpenRequest,
  Verifier,
} from '../../src/verifier/verifier.js'
import { VerifierError } from '../../src/verifier/verifier-error.js'
import type { Fault } from '../stripe/faults.js'
import { PERSON } from '../stripe/person.js'
import type { Options } from '../stripe/session.js'
import { StripeStandIn } from '../stripe/stand-in.js'
import { stripeAt, WEBHOOK_SECRET, webhookOf } from './stripe-setting.js'

const CREATE = 'POST /v1/identity/verification_sessions'
const SESSION = `${CREATE}/:session`

const standIn = await StripeStandIn.start()
const stripe = await stripeAt(standIn)
/** Gives an answer up soon. */
const impatient = await stripeAt(standIn, { timeout: 250 })
const acts = standIn.acts()
afterAll(() => standIn.close())
afterEach(() => standIn.faults.none())

let count = 0
const doing = (key = `wrk_${++count}`): Doing => ({ key, signal: AbortSignal.timeout(10_000) })
const asking = () => ({ signal: AbortSignal.timeout(10_000) })

function aRequest(more: Partial<OpenRequest> = {}): OpenRequest {
  return {
    session: `vs_ours${++count}`,
    livemode: false,
    type: 'document',
    options: { document: {} },
    provided_details: null,
    metadata: {},
    client_reference_id: null,
    return_url: null,
    bound: null,
    flow: null,
    flow_version: null,
    related_customer: null,
    related_customer_account: null,
    given: {},
    ...more,
  }
}

function held(request: OpenRequest, { id, status, redaction }: Observed): HeldSession {
  return { ...request, id, status, redaction, attempt: 0, note: null }
}

async function anOpened(more: Partial<OpenRequest> = {}): Promise<HeldSession> {
  const request = aRequest(more)
  return held(request, await stripe.open(request, doing()))
}

const changed = (session: HeldSession, more: Partial<HeldSession>): ChangedSession => ({
  ...session,
  ...more,
  before: session,
})

const madeFor = ({ session }: OpenRequest) =>
  [...standIn.test.sessions].filter(({ metadata }) => metadata.flows_session === session)

const failureOf = (promise: Promise<unknown>): Promise<VerifierError> =>
  promise.then(
    () => expect.fail('it went well'),
    (error) => (error instanceof VerifierError ? error : Promise.reject(error)),
  )

describe('a session is opened at Stripe', () => {
  test('with the public parameters, and with where it comes from in its metadata', async () => {
    const request = aRequest({
      type: 'verification_flow',
      options: { document: { allowed_types: ['passport'], require_matching_selfie: true } },
      provided_details: { email: 'jenny@example.com' },
      metadata: { order: '7' },
      client_reference_id: 'user 1',
      return_url: 'https://example.com/done',
      flow: 'high-value',
      flow_version: 3,
      related_customer: 'cus_1',
    })
    const { id, entrance } = await stripe.open(request, doing())
    const session = standIn.test.session(id)
    expect(session).toMatchObject({
      type: 'document',
      options: { document: { allowed_types: ['passport'], require_matching_selfie: true } },
      provided_details: { email: 'jenny@example.com' },
      client_reference_id: 'user 1',
      related_customer: 'cus_1',
      metadata: { order: '7', flows_session: request.session, flows_flow: 'high-value', flows_version: '3' },
    })
    expect(entrance).toMatchObject({ url: session.entrance?.url, client_secret: expect.stringContaining(id) })
  })

  test('from the flow in the Dashboard that it is bound to, and shows what that checks', async () => {
    const options = { document: { require_live_capture: true }, email: { require_verification: true } }
    const { id: bound } = standIn.test.addFlow(options)
    const opened = await stripe.open(aRequest({ bound, type: 'verification_flow', options: {} }), doing())
    expect(opened).toMatchObject({ type: 'verification_flow', options })
    expect(standIn.test.session(opened.id).verification_flow).toBe(bound)
  })

  test('and what is new at Stripe is kept by name; of its values only what no person has typed', async () => {
    const fresh = { liveness: { mode: 'strict', prompt: 'Jenny Rosen, 1 Main Street', off: null }, watchlist: {} }
    const { id: bound } = standIn.test.addFlow({ document: {}, ...fresh } as Options)
    const { options } = await stripe.open(aRequest({ bound, type: 'verification_flow', options: {} }), doing())
    expect(options).toEqual({ document: {}, liveness: { mode: 'strict', prompt: 'other' }, watchlist: {} })
  })

  test.each<Fault>([
    ...(['reset-before', 'silent-before', 'rate-limited', 'locked', 'unavailable'] as const),
    ...(['failed', 'failed-after', 'reset-after', 'silent-after'] as const),
  ])('once, though the first answer is "%s" and the request is sent again', async (fault) => {
    const request = aRequest()
    const to = doing()
    standIn.faults.next(fault, CREATE)
    const first = await impatient.open(request, to).catch((error: unknown) => error)
    if (first instanceof Error) expect(first).toMatchObject({ name: 'VerifierError', fault: 'unavailable' })
    const { id } = await stripe.open(request, { ...doing(), key: to.key })
    expect(madeFor(request).map((session) => session.id)).toEqual([id])
  })

  test('once, though our flow was renamed before the request was sent again', async () => {
    const request = aRequest({ flow: 'high', client_reference_id: 'a' })
    const to = doing()
    standIn.faults.next('silent-after', CREATE)
    await failureOf(impatient.open(request, to))
    const { id } = await stripe.open({ ...request, flow: 'higher' }, { ...doing(), key: to.key })
    expect(madeFor(request).map((session) => session.id)).toEqual([id])
  })
})

describe('a session is opened at Stripe once', () => {
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`name${index}`, 'value']))
  const madeWith = (reference: string) =>
    [...standIn.test.sessions].filter(({ client_reference_id }) => client_reference_id === reference)

  test('though Stripe says that it failed, and metadata leaves no room for a mark to find the session by', async () => {
    const request = aRequest({ metadata: many, client_reference_id: 'no room' })
    const to = doing()
    standIn.faults.next('failed-after', CREATE)
    expect(await failureOf(stripe.open(request, to))).toMatchObject({ fault: 'unavailable' })
    expect(await failureOf(stripe.open(request, to))).toMatchObject({ fault: 'unavailable' })
    expect(madeWith('no room')).toHaveLength(1)
  })

  test('however often Stripe failed before, and stored that it did', async () => {
    const request = aRequest({ client_reference_id: 'failing' })
    const to = doing()
    // The first answer is repeated by Stripe before the next key is tried, which fails as well.
    for (let tries = 0; tries < 5; tries += 1) {
      for (let replayed = 0; replayed < tries; replayed += 1) standIn.faults.pass(CREATE)
      standIn.faults.next('failed', CREATE)
      expect(await failureOf(stripe.open(request, to))).toMatchObject({ fault: 'unavailable' })
    }
    expect(await stripe.open(request, to)).toMatchObject({ status: 'requires_input' })
    expect(madeWith('failing')).toHaveLength(1)
  })

  test('after a wait, where Stripe says that there are too many requests or that the object is locked', async () => {
    const patient = await stripeAt(standIn, { retries: 1 })
    for (const fault of ['rate-limited', 'locked'] as const) {
      standIn.faults.next(fault, CREATE)
      await patient.open(aRequest({ client_reference_id: fault }), doing())
      expect(madeWith(fault)).toHaveLength(1)
    }
    standIn.faults.next('locked', CREATE)
    standIn.faults.next('locked', CREATE)
    expect(await failureOf(patient.open(aRequest(), doing()))).toMatchObject({ fault: 'unavailable' })
  })
})

describe('a session is changed at Stripe', () => {
  test('from what it was to what it is, and what is gone is unset there', async () => {
    const session = await anOpened({
      options: { document: { require_live_capture: true, allowed_types: ['passport'] } },
      provided_details: { phone: '5555551212' },
      metadata: { order: '7', gone: 'x' },
    })
    const now = {
      options: { document: { require_matching_selfie: true } },
      provided_details: { phone: '5555551213' },
      metadata: { order: '8' },
    }
    await stripe.update(changed(session, now), doing())
    const { options, provided_details, metadata } = standIn.test.session(session.id)
    expect(options.document).toMatchObject({ require_matching_selfie: true, require_live_capture: false })
    expect(options.document?.allowed_types).toHaveLength(3)
    expect(provided_details).toEqual({ phone: '5555551213' })
    expect(metadata).toEqual({ order: '8', flows_session: expect.stringMatching(/^vs_ours/) })
  })

  test('not at all if nothing is different there, and with no more pairs of metadata than Stripe takes', async () => {
    const session = await anOpened({ flow: 'high', flow_version: 1 })
    const before = standIn.calls(SESSION)
    await stripe.update(changed(session, {}), doing())
    expect(standIn.calls(SESSION)).toBe(before)
    const metadata = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`k${index}`, 'v']))
    await stripe.update(changed(session, { metadata }), doing())
    expect(Object.keys(standIn.test.session(session.id).metadata).sort()).toEqual(
      [...Object.keys(metadata), 'flows_session'].sort(),
    )
  })

  test.each(['failed', 'failed-after', 'silent-after'] as const)(
    'canceled once, though the answer is "%s"',
    async (fault) => {
      const session = await anOpened()
      const to = doing()
      standIn.faults.next(fault, `${SESSION}/cancel`)
      await impatient.cancel(session, to).catch(() => {})
      const canceled = await stripe.cancel(session, { ...doing(), key: to.key })
      expect(canceled).toMatchObject({ status: 'canceled', entrance: null })
    },
  )

  test('redacted, though Stripe has forgotten that it was told so before', async () => {
    const session = await anOpened()
    await stripe.redact(session, doing())
    expect(await stripe.redact(session, doing())).toMatchObject({ redaction: 'processing', status: 'canceled' })
    acts.finishRedaction(session.id)
    expect(await stripe.read(session, asking())).toMatchObject({ redaction: 'redacted' })
  })
})

describe('what Stripe says', () => {
  test('of a verified person is cut down to what is no personal data', async () => {
    const session = await anOpened({
      options: { document: { require_matching_selfie: true, require_id_number: true } },
    })
    acts.finish(session.id, 'verified')
    const { ended, ...seen } = await stripe.read(session, asking())
    expect(ended?.verdict).toMatchObject({
      status: 'verified',
      outputs: null,
      checks: {
        document: { status: 'verified', type: 'passport', issuing_country: 'US', first_name: null, address: null },
        selfie: { status: 'verified' },
        id_number: { status: 'verified', first_name: null },
      },
    })
    expect(ended?.report?.id).toBe(standIn.test.reports.newest?.id)
    const text = JSON.stringify({ ended, seen })
    const { first_name, last_name, id_number, email, document, address } = PERSON
    for (const value of [first_name, last_name, id_number, email, document.number, address.line1, '1984', '2031']) {
      expect(text).not.toContain(value)
    }
  })

  test('after an attempt that nothing was checked in does not take the report of the attempt before', async () => {
    const session = await anOpened()
    acts.finish(session.id, 'document_expired')
    const failed = await stripe.read(session, asking())
    acts.finish(session.id, 'abandoned')
    const abandoned = await stripe.read(session, asking())
    expect(failed.ended).toMatchObject({ report: { id: expect.any(String) } })
    expect(abandoned.ended).toMatchObject({ report: null, verdict: { checks: null, error: { code: 'abandoned' } } })
    expect(abandoned.ended?.name).not.toBe(failed.ended?.name)
  })

  test('when a reviewer overrides a result, and again, is a result of another name each time', async () => {
    const session = await anOpened()
    acts.finish(session.id, 'verified')
    const first = await stripe.read(session, asking())
    acts.override(session.id, 'document_unverified_other')
    const second = await stripe.read(session, asking())
    expect(second).toMatchObject({ status: 'requires_input', ended: { verdict: { status: 'requires_input' } } })
    expect(second.ended?.name).not.toBe(first.ended?.name)
    acts.override(session.id, 'verified')
    expect(await stripe.read(session, asking())).toMatchObject({ status: 'verified' })
  })

  test('against a request is handed on in its shape, with the id of the request, and names nobody', async () => {
    const session = await anOpened({ provided_details: { email: 'jenny@example.com' } })
    acts.submit(session.id)
    const error = await failureOf(stripe.cancel(session, doing()))
    expect(error).toMatchObject({
      fault: 'refused',
      answer: { status: 400, type: 'invalid_request_error', request: expect.stringMatching(/^req_/) },
    })
    const missing = await failureOf(stripe.read({ ...session, id: 'vs_1none' }, asking()))
    expect(missing).toMatchObject({ fault: 'missing', answer: { status: 404, code: 'resource_missing' } })
    expect(missing.answer?.message).toContain('vs_1none')
  })

  test('against our key makes a call wait until there is another one, and no text has the key', async () => {
    const key = standIn.keys.secret('test')
    const other = await stripeAt(standIn, { key })
    standIn.keys.revoke(key)
    const error = await failureOf(other.open(aRequest(), doing()))
    expect(error).toMatchObject({ fault: 'unavailable', answer: undefined, cause: expect.any(Error) })
    expect(inspect(error, { depth: 9 })).not.toContain(key)
    const reader = await stripeAt(standIn, { key: standIn.keys.restricted('test', { sessions: 'read' }) })
    expect(await failureOf(reader.open(aRequest(), doing()))).toMatchObject({
      fault: 'refused',
      answer: { status: 403, message: expect.stringContaining("key 'rk_test_...'") },
      cause: expect.any(Error),
    })
  })
})

describe('results', () => {
  const PATHS = new Set([
    ...['last_verification_report', 'last_verification_report.document'],
    ...['last_verification_report.document.number', 'verified_outputs', 'verified_outputs.dob'],
  ])
  const resultsOf = (verifier: Verifier, session: HeldSession, expand: ReadonlySet<string>) =>
    verifier.results?.session(session, expand, asking())

  test('are read at Stripe; what is sensitive only where the key may, which Stripe decides', async () => {
    const session = await anOpened()
    acts.finish(session.id, 'verified')
    const plain = await resultsOf(stripe, session, new Set(['verified_outputs', 'last_verification_report']))
    expect(plain?.verified_outputs).toMatchObject({ first_name: PERSON.first_name })
    expect(plain?.verified_outputs).not.toHaveProperty('dob')
    expect(plain?.last_verification_report).toMatchObject({ document: { status: 'verified' } })
    expect(plain?.last_verification_report?.document).not.toHaveProperty('number')

    const key = standIn.keys.restricted('test', { sessions: 'write', reports: 'read', sensitive: 'read' })
    const sensitive = await resultsOf(await stripeAt(standIn, { key }), session, PATHS)
    expect(sensitive).toMatchObject({
      verified_outputs: { dob: PERSON.dob },
      last_verification_report: { document: { number: PERSON.document.number } },
    })
    const refused = await failureOf(resultsOf(stripe, session, PATHS) as Promise<unknown>)
    expect(refused).toMatchObject({ fault: 'refused', answer: { type: 'invalid_request_error' } })
  })

  test('of one report are read at Stripe by its own id', async () => {
    const session = await anOpened()
    acts.finish(session.id, 'verified')
    const id = standIn.test.reports.newest?.id ?? ''
    const report = await stripe.results?.report({ id, livemode: false }, new Set(), asking())
    expect(report).toMatchObject({ id, verification_session: session.id, document: { status: 'verified' } })
  })

  test('are read by an app with a key that Stripe makes for it', async () => {
    const session = await anOpened()
    const key = await stripe.ephemeralKey?.(session, { ...doing(), apiVersion: '2026-10-28.endive' })
    expect(key).toMatchObject({ object: 'ephemeral_key', secret: expect.any(String) })
  })
})

describe('a webhook of Stripe', () => {
  test('is taken with either of two secrets, and names the session', async () => {
    const session = await anOpened()
    const both = await stripeAt(standIn, { webhookSecrets: ['whsec_theNewOne12345678', WEBHOOK_SECRET] })
    expect(await both.receive(webhookOf(standIn, session.id))).toEqual([session.id])
    expect(await both.receive(webhookOf(standIn, session.id, 'whsec_theNewOne12345678'))).toEqual([session.id])
  })

  test('is forged with another secret, without one here, or when it is older than five minutes', async () => {
    const session = await anOpened()
    const webhook = webhookOf(standIn, session.id)
    const without = await stripeAt(standIn, { webhookSecrets: [] })
    expect(await failureOf(without.receive(webhook))).toMatchObject({ fault: 'forged' })
    const other = webhookOf(standIn, session.id, 'whsec_ofAnotherEndpoint')
    expect(await failureOf(stripe.receive(other))).toMatchObject({ fault: 'forged' })
    const body = Buffer.from(webhook.body)
    const { default: Stripe } = await import('stripe')
    const timestamp = Math.floor(Date.now() / 1000) - 301
    const secret = WEBHOOK_SECRET
    const old = Stripe.webhooks.generateTestHeaderString({ payload: body.toString(), secret, timestamp })
    const late = { body, headers: { 'stripe-signature': old } }
    expect(await failureOf(stripe.receive(late))).toMatchObject({ fault: 'forged' })
  })

  test('names the session in a thin payload too, and nothing where it is about anything else', async () => {
    const { default: Stripe } = await import('stripe')
    const received = (payload: string) => {
      const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret: WEBHOOK_SECRET })
      return stripe.receive({ body: Buffer.from(payload), headers: { 'stripe-signature': signature } })
    }
    const related_object = { id: 'vs_1thin', type: 'identity.verification_session' }
    const thin = { object: 'v2.core.event', type: 'v1.identity.verification_session.verified', related_object }
    expect(await received(JSON.stringify(thin))).toEqual(['vs_1thin'])
    const others = ['null', '"text"', 'no JSON', '{"type":5}', '{"type":"identity.verification_session.verified"}']
    for (const other of [...others, '{"type":"charge.succeeded","data":{"object":{"id":"ch_1"}}}']) {
      expect(await received(other)).toEqual([])
    }
  })
})

describe('what has changed since a cursor', () => {
  test('is every session with an event, however many pages that takes, and again nothing but the last minute', async () => {
    const sessions = await Promise.all(Array.from({ length: 12 }, () => anOpened()))
    const seen = new Set<string>()
    let cursor: string | null = null
    for (;;) {
      const page: ChangesPage | undefined = await stripe.changes?.({ livemode: false, cursor }, asking())
      if (page === undefined) expect.fail('there is no feed')
      for (const { session } of page.changes) seen.add(session)
      cursor = page.next
      if (!page.hasMore) break
    }
    // What happens in the second of the question is found by the next one.
    const late = await stripe.changes?.({ livemode: false, cursor }, asking())
    for (const { session } of late?.changes ?? []) seen.add(session)
    const missed = sessions.filter(({ id }) => !seen.has(id)).map(({ id }) => standIn.test.session(id).created)
    const now = Math.floor(Date.now() / 1000)
    expect(missed.every((created) => created >= now - 1)).toBe(true)
    expect(Number(cursor)).toBeGreaterThan(now - 65)
  })

  test('is asked for anew where the account does not know the event of the cursor: it may be another account', async () => {
    const session = await anOpened()
    const now = Math.floor(Date.now() / 1000)
    const page = await stripe.changes?.({ livemode: false, cursor: `${now - 60}:${now + 1}:evt_1ofAnother` }, asking())
    expect(page?.changes.map((change) => change.session)).toContain(session.id)
  })
})
