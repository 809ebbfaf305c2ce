import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { begin } from './history.js'
import { PERSON } from './person.js'
import { StripeStandIn } from './stand-in.js'

const SESSIONS = '/v1/identity/verification_sessions'
const HOUR = 60 * 60
const clock = { now: 1_790_000_000 }
let standIn: StripeStandIn
let stripe: Stripe

beforeAll(async () => {
  standIn = await StripeStandIn.start({ clock })
  stripe = standIn.client(standIn.keys.test, { maxNetworkRetries: 0 })
})
afterAll(() => standIn.close())
beforeEach(() => standIn.faults.none())

const sessions = () => stripe.identity.verificationSessions
const make = (params: object = { type: 'document' }, options: Stripe.RequestOptions = {}) =>
  sessions().create(params as Stripe.Identity.VerificationSessionCreateParams, options)
const acts = () => standIn.acts()

/** The parts of a refusal that clients look at. */
async function refusal(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason as Stripe.errors.StripeError,
  )
  if (error === undefined) throw new Error('it was not refused')
  return [error.statusCode, error.code, error.param]
}

/** Without the official client, which would not send it. */
async function raw(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${standIn.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${standIn.keys.test}`,
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    },
    ...(body !== undefined && { body }),
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

describe('a session', () => {
  test('shows what was given, and what opens it', async () => {
    const session = await make({
      type: 'document',
      options: { document: { allowed_types: ['passport'], require_matching_selfie: true } },
      provided_details: { email: 'a@example.com' },
      client_reference_id: 'user-1',
      related_person: { account: 'acct_1', person: 'person_1' },
      return_url: 'https://example.com/done',
      metadata: { team: 'risk' },
    })
    expect({ ...session }).toEqual({
      id: expect.stringMatching(/^vs_\w{24}$/),
      object: 'identity.verification_session',
      client_reference_id: 'user-1',
      client_secret: expect.stringMatching(/^vs_\w{24}_secret_test_/),
      created: clock.now,
      last_error: null,
      last_verification_report: null,
      livemode: false,
      metadata: { team: 'risk' },
      options: { document: { allowed_types: ['passport'], require_matching_selfie: true } },
      provided_details: { email: 'a@example.com' },
      redaction: null,
      related_customer: null,
      related_customer_account: null,
      related_person: { account: 'acct_1', person: 'person_1' },
      status: 'requires_input',
      type: 'document',
      url: expect.stringMatching(/^https:\/\/verify\.stripe\.com\/start\//),
    })
  })

  test('of a flow gets the options that the flow has then, also those that no parameter could set', async () => {
    const options = { document: { require_live_capture: true }, email: { require_verification: true } }
    const flow = standIn.test.addFlow({ ...options, matching: { name: 'similar' } })
    const first = await make({ verification_flow: flow.id })
    expect([first.type, first.verification_flow, first.options]).toEqual([
      'verification_flow',
      flow.id,
      { ...options, matching: { name: 'similar' } },
    ])
    standIn.test.editFlow(flow.id, { phone: { require_verification: true } })
    expect((await make({ verification_flow: flow.id })).options).toEqual({ phone: { require_verification: true } })
    expect((await sessions().retrieve(first.id)).options).toEqual(first.options)
  })

  test('opens anew when its link was used or has ended, as long as it requires input', async () => {
    const session = await make()
    acts().start(session.id)
    const again = await sessions().retrieve(session.id)
    expect([again.url === session.url, again.client_secret]).toEqual([false, session.client_secret])
    clock.now += 25 * HOUR
    const later = await sessions().retrieve(session.id)
    expect([later.url, later.client_secret === session.client_secret]).toEqual([again.url, false])
    clock.now += 25 * HOUR
    expect((await sessions().retrieve(session.id)).url).not.toBe(again.url)
    const { url, client_secret } = await sessions().cancel(session.id)
    expect([url, client_secret]).toEqual([null, null])
  })

  test('takes changes of its checks while it requires input, and drops what is empty', async () => {
    const { id } = await make({ type: 'document', metadata: { a: '1', b: '2' } })
    const changed = await sessions().update(id, {
      options: { document: { require_live_capture: true } },
      metadata: { a: '' },
    })
    expect([changed.options, changed.metadata]).toEqual([{ document: { require_live_capture: true } }, { b: '2' }])
    expect((await sessions().update(id, { options: { document: '' }, metadata: '' as never })).metadata).toEqual({})
    acts().submit(id)
    expect(await refusal(sessions().update(id, { type: 'id_number' }))).toEqual([400, undefined, undefined])
    expect(await refusal(sessions().cancel(id))).toEqual([400, undefined, undefined])
    expect(await refusal(sessions().redact(id))).toEqual([400, undefined, undefined])
  })

  test('ends verified, or with the error of an attempt and its report; a reviewer may override it', async () => {
    const { id } = await make({ type: 'document', options: { document: { require_matching_selfie: true } } })
    acts().finish(id, 'selfie_face_mismatch')
    const failed = await sessions().retrieve(id, { expand: ['last_verification_report'] })
    const report = failed.last_verification_report as Stripe.Identity.VerificationReport
    expect([failed.status, failed.last_error?.code, report.document?.status, report.selfie?.error?.code]).toEqual([
      'requires_input',
      'selfie_face_mismatch',
      'verified',
      'selfie_face_mismatch',
    ])
    acts().override(id, 'verified')
    expect((await sessions().retrieve(id)).status).toBe('verified')
    acts().override(id, 'document_unverified_other')
    expect((await sessions().retrieve(id)).last_error?.code).toBe('document_unverified_other')
    acts().finish(id, 'consent_declined')
    const declined = await sessions().retrieve(id)
    expect([declined.last_error?.code, declined.last_verification_report]).toEqual(['consent_declined', report.id])
    const ofSession = await stripe.identity.verificationReports.list({ verification_session: id })
    expect(ofSession.data.map((one) => one.id)).toEqual([report.id])
  })

  test('is redacted in two steps, and nothing of the person is left', async () => {
    const { id } = await make({ type: 'document', provided_details: { email: 'a@example.com' }, metadata: { a: 'b' } })
    acts().finish(id, 'verified')
    expect((await sessions().redact(id)).redaction).toEqual({ status: 'processing' })
    acts().finishRedaction(id)
    const left = await sessions().retrieve(id, { expand: ['verified_outputs', 'last_verification_report'] })
    expect([left.status, left.redaction, left.metadata]).toEqual(['verified', { status: 'redacted' }, {}])
    expect(left.verified_outputs?.address?.country).toBe('US')
    const events = await stripe.events.list({ limit: 100 })
    const ofSession = events.data.filter((event) => (event.data.object as { id?: string }).id === id)
    const everything = JSON.stringify([left, ofSession])
    for (const personal of ['a@example.com', PERSON.first_name, PERSON.address.line1]) {
      expect(everything).not.toContain(personal)
    }
    expect(await refusal(sessions().update(id, { metadata: { a: 'b' } }))).toEqual([400, undefined, undefined])
  })
})

describe('what is sensitive', () => {
  test('is shown when asked for by name, to a restricted key with permission, for 48 hours', async () => {
    const { id } = await make({ type: 'document', options: { document: { require_id_number: true } } })
    acts().finish(id, 'verified')
    const expand = ['verified_outputs.dob', 'last_verification_report.document.number']
    expect(await refusal(sessions().retrieve(id, { expand }))).toEqual([403, undefined, 'expand'])
    const reading = { sessions: 'read', sensitive: 'read' } as const
    const restricted = standIn.client(standIn.keys.restricted('test', reading)).identity.verificationSessions
    const ofAddresses = standIn.keys.restricted('test', reading, { ofAddresses: true })
    const seen = async (client: typeof restricted) => {
      const { verified_outputs, last_verification_report } = await client.retrieve(id, { expand })
      const { document } = last_verification_report as Stripe.Identity.VerificationReport
      return [verified_outputs?.dob, verified_outputs?.id_number, document?.number]
    }
    expect(await seen(restricted)).toEqual([PERSON.dob, undefined, PERSON.document.number])
    const plain = await sessions().retrieve(id, { expand: ['verified_outputs'] })
    expect([plain.verified_outputs?.first_name, plain.verified_outputs?.dob]).toEqual([PERSON.first_name, undefined])
    clock.now += 49 * HOUR
    expect(await seen(restricted)).toEqual([null, undefined, null])
    expect((await seen(standIn.client(ofAddresses).identity.verificationSessions))[0]).toEqual(PERSON.dob)
  })
})

describe('a request is refused', () => {
  test.each([
    [
      'with an option that only flows have',
      { type: 'document', 'options[email][require_verification]': true },
      'parameter_unknown',
      'options[email]',
    ],
    ['with an unknown parameter', { type: 'document', color: 'red' }, 'parameter_unknown', 'color'],
    ['without a type', {}, 'parameter_missing', 'type'],
    ['with an unknown type', { type: 'selfie' }, undefined, 'type'],
    [
      'with half a person',
      { type: 'document', 'related_person[person]': 'p' },
      'parameter_missing',
      'related_person[account]',
    ],
    [
      'with a boolean that is none',
      { type: 'document', 'options[document][require_live_capture]': 'yes' },
      undefined,
      'options[document][require_live_capture]',
    ],
    ['with an address that is none', { type: 'document', return_url: 'nowhere' }, 'url_invalid', 'return_url'],
    ['with a flow that is not there', { verification_flow: 'vf_none' }, 'resource_missing', 'verification_flow'],
  ])('%s', async (_what, params, code, param) => {
    const { status, body } = await raw(
      'POST',
      SESSIONS,
      new URLSearchParams(params as Record<string, string>).toString(),
    )
    expect([status, body.error.code, body.error.param, body.error.type]).toEqual([
      400,
      code,
      param,
      'invalid_request_error',
    ])
    expect(body.error.request_log_url).toMatch(/req_/)
  })

  test('with a key of nobody, a key without permission, or for an object of the other mode', async () => {
    const { id } = await make()
    expect(await refusal(standIn.client('sk_test_nobody').events.list())).toEqual([401, undefined, undefined])
    const events = standIn.client(standIn.keys.restricted('test', { events: 'read' }))
    expect((await events.events.list()).object).toBe('list')
    await expect(events.identity.verificationSessions.retrieve(id)).rejects.toThrow(Stripe.errors.StripePermissionError)
    const reader = standIn.client(standIn.keys.restricted('test', { sessions: 'read' })).identity.verificationSessions
    expect((await reader.retrieve(id)).id).toBe(id)
    await expect(reader.cancel(id)).rejects.toThrow(Stripe.errors.StripePermissionError)
    const live = standIn.client(standIn.keys.live).identity.verificationSessions
    expect(await refusal(live.retrieve(id))).toEqual([404, 'resource_missing', 'session'])
  })

  test('with a path, a version or a kind of body that is none', async () => {
    expect((await raw('GET', '/v1/identity/verification_flows')).status).toBe(404)
    expect((await raw('GET', SESSIONS, undefined, { 'stripe-version': 'newest' })).status).toBe(400)
    expect((await raw('POST', SESSIONS, '{}', { 'content-type': 'application/json' })).status).toBe(400)
  })

  test('but True is a boolean, brackets may be empty or encoded, and a query counts with the body', async () => {
    const body = 'options%5Bdocument%5D[require_live_capture]=True&options[document][allowed_types][]=passport'
    const { body: session } = await raw('POST', `${SESSIONS}?type=document`, body)
    expect(session.options).toEqual({ document: { require_live_capture: true, allowed_types: ['passport'] } })
  })
})

describe('a request with an idempotency key', () => {
  test('is done once, and its answer is given again', async () => {
    const before = standIn.test.sessions.length
    const first = await make({ type: 'document' }, { idempotencyKey: 'once' })
    const again = await make({ type: 'document' }, { idempotencyKey: 'once' })
    expect([again.id, again.lastResponse.headers['idempotent-replayed']]).toEqual([first.id, 'true'])
    expect(standIn.test.sessions.length).toBe(before + 1)
    const error = await make({ type: 'id_number' }, { idempotencyKey: 'once' }).catch((reason) => reason)
    expect(error).toBeInstanceOf(Stripe.errors.StripeIdempotencyError)
    clock.now += 24 * HOUR
    expect((await make({ type: 'id_number' }, { idempotencyKey: 'once' })).type).toBe('id_number')
  })

  test('is answered 409 while the first is under way', async () => {
    standIn.faults.next('stuck')
    const first = make({ type: 'document' }, { idempotencyKey: 'busy' })
    await expect.poll(() => standIn.seen.at(-1)?.headers['idempotency-key']).toBe('busy')
    expect(await refusal(make({ type: 'document' }, { idempotencyKey: 'busy' }))).toEqual([
      409,
      'idempotency_key_in_use',
      undefined,
    ])
    standIn.faults.release()
    expect((await make({ type: 'document' }, { idempotencyKey: 'busy' })).id).toBe((await first).id)
  })

  test('is done anew after what was not valid, and never after a fault of Stripe', async () => {
    await refusal(make({ type: 'selfie' }, { idempotencyKey: 'wrong' }))
    expect((await make({ type: 'document' }, { idempotencyKey: 'wrong' })).status).toBe('requires_input')
    standIn.faults.next('failed')
    expect(await refusal(make({ type: 'document' }, { idempotencyKey: 'failed' }))).toEqual([500, undefined, undefined])
    expect(await refusal(make({ type: 'document' }, { idempotencyKey: 'failed' }))).toEqual([500, undefined, undefined])
  })
})

describe('faults', () => {
  test.each([
    ['rate-limited', false, Stripe.errors.StripeRateLimitError],
    ['locked', false, Stripe.errors.StripeRateLimitError],
    ['failed', false, Stripe.errors.StripeAPIError],
    ['failed-after', true, Stripe.errors.StripeAPIError],
    ['unavailable', false, Stripe.errors.StripeAPIError],
    ['reset-before', false, Stripe.errors.StripeConnectionError],
    ['reset-after', true, Stripe.errors.StripeConnectionError],
    ['silent-before', false, Stripe.errors.StripeConnectionError],
    ['silent-after', true, Stripe.errors.StripeConnectionError],
  ] as const)('%s: done %s', async (fault, isDone, kind) => {
    const before = standIn.test.sessions.length
    // The official client tries once more when a connection breaks, whatever it is told.
    standIn.faults.next(fault)
    standIn.faults.next(fault)
    await expect(make({ type: 'document' }, { timeout: 200 })).rejects.toThrow(kind)
    expect(standIn.test.sessions.length).toBe(before + (isDone ? 1 : 0))
  })

  test('meet one endpoint only, or a share of all requests; a client that tries again makes one session', async () => {
    standIn.faults.next('failed', `POST ${SESSIONS}/:session/cancel`)
    const { id } = await make()
    expect(await refusal(sessions().cancel(id))).toEqual([500, undefined, undefined])
    standIn.faults.next('reset-after')
    const before = standIn.test.sessions.length
    await make()
    expect(standIn.test.sessions.length).toBe(before + 1)
    standIn.faults.byChance({ random: () => 0, share: 0.1, faults: ['rate-limited'] })
    expect(await refusal(make())).toEqual([429, 'rate_limit', undefined])
  })

  test('the limits of a second are counted, and kept when told to', async () => {
    clock.now += 1
    standIn.limits.enforced = true
    try {
      const answers = await Promise.allSettled(Array.from({ length: 30 }, () => stripe.events.list({ limit: 1 })))
      expect(answers.filter(({ status }) => status === 'rejected').length).toBe(5)
      clock.now += 1
      await stripe.events.list({ limit: 1 })
    } finally {
      standIn.limits.enforced = false
    }
    expect([standIn.limits.most.endpoint >= 30, standIn.limits.refused]).toEqual([true, 5])
  })
})

describe('lists', () => {
  test('come newest first, page by page, with filters', async () => {
    const made = []
    for (let count = 0; count < 5; count += 1) {
      clock.now += 1
      made.unshift((await make({ type: 'document', client_reference_id: 'listed' })).id)
    }
    const list = (more: Stripe.Identity.VerificationSessionListParams) =>
      sessions().list({ client_reference_id: 'listed', limit: 2, ...more })
    const first = await list({})
    expect([first.data.map(({ id }) => id), first.has_more]).toEqual([made.slice(0, 2), true])
    const last = await list({ starting_after: made[2] as string })
    expect([last.data.map(({ id }) => id), last.has_more]).toEqual([made.slice(3), false])
    const before = await list({ ending_before: made[3] as string })
    expect([before.data.map(({ id }) => id), before.has_more]).toEqual([made.slice(1, 3), true])
    const all = []
    for await (const { id } of list({})) all.push(id)
    expect(all).toEqual(made)
    const since = await list({ created: { gte: clock.now - 1 } })
    expect(since.data.map(({ id }) => id)).toEqual(made.slice(0, 2))
    await sessions().cancel(made[0] as string)
    expect((await list({ status: 'canceled' })).data.map(({ id }) => id)).toEqual([made[0]])
    expect(await refusal(list({ limit: 101 }))).toEqual([400, 'parameter_invalid_integer', 'limit'])
    expect(await refusal(list({ starting_after: 'vs_none' }))).toEqual([400, 'resource_missing', 'starting_after'])
    // As documented, there is no such filter.
    expect(await refusal(list({ verification_flow: 'vf_1' } as never))).toEqual([
      400,
      'parameter_unknown',
      'verification_flow',
    ])
  })

  test('of a big account cost as little', async () => {
    const big = await StripeStandIn.start({ clock })
    const flows = [{ id: 'vf_a', options: {}, edited: { at: 99_950, options: { document: {} } } }]
    begin(big.live, { count: 100_000, flows, from: clock.now - 100_000, to: clock.now - 1 })
    const { verificationSessions } = big.client(big.keys.live).identity
    const first = await verificationSessions.list({ limit: 100 })
    expect([first.data.length, first.has_more, first.data[49]?.options, first.data[50]?.options]).toEqual([
      100,
      true,
      { document: {} },
      {},
    ])
    const oldest = await verificationSessions.list({ limit: 100, created: { lt: clock.now - 99_990 } })
    expect([oldest.data.length, oldest.has_more]).toEqual([10, false])
    const last = oldest.data.at(-1)?.id ?? ''
    await verificationSessions.update(last, { metadata: { seen: 'yes' } })
    expect((await verificationSessions.retrieve(last)).metadata).toEqual({ seen: 'yes' })
    await big.close()
  })
})

describe('events', () => {
  test('say what became of a session, and reach back 30 days', async () => {
    const start = clock.now
    const { id } = await make({ type: 'document' }, { idempotencyKey: 'told' })
    acts().finish(id, 'document_expired')
    acts().finish(id, 'verified')
    const list = () => stripe.events.list({ type: 'identity.*', created: { gte: start }, limit: 100 })
    const ofSession = (await list()).data.filter(({ data }) => (data.object as { id?: string }).id === id)
    expect(ofSession.map(({ type }) => type.split('.')[2])).toEqual([
      'verified',
      'processing',
      'requires_input',
      'processing',
      'created',
    ])
    expect(ofSession.at(-1)?.request?.idempotency_key).toBe('told')
    clock.now += 30 * 24 * HOUR
    expect((await list()).data).toEqual([])
    expect(await refusal(stripe.events.retrieve(ofSession[0]?.id ?? ''))).toEqual([404, 'resource_missing', 'id'])
  })

  test('are sent signed; twice, late, in another order, again when they were not taken, or never', async () => {
    const got: { type: string; at: number }[] = []
    let status = 200
    const { webhooks } = standIn.test
    const server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      const signature = request.headers['stripe-signature'] ?? ''
      const event = stripe.webhooks.constructEvent(
        body,
        signature,
        endpoint.secret,
        undefined,
        undefined,
        clock.now * 1000,
      )
      got.push({ type: event.type.split('.')[2] ?? '', at: event.created })
      response.writeHead(status).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const endpoint = webhooks.add(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
      enabled_events: ['*'],
    })
    const types = () => got.splice(0).map(({ type }) => type)

    const { id } = await make()
    await webhooks.settled()
    expect(types()).toEqual(['created'])
    webhooks.way = ({ type }) => (type.endsWith('processing') ? 'sent twice' : 'dropped')
    acts().finish(id, 'document_expired')
    await webhooks.settled()
    expect(types()).toEqual(['processing', 'processing'])
    webhooks.way = () => 'held'
    acts().finish(id, 'verified')
    await webhooks.deliver((waiting) => waiting.toReversed())
    expect(types()).toEqual(['verified', 'processing'])
    webhooks.way = () => 'sent'
    status = 500
    await sessions().redact(id)
    acts().finishRedaction(id)
    await make()
    await webhooks.settled()
    status = 200
    await webhooks.deliver()
    // "*" leaves the redacted event out, as documented.
    expect(types()).toEqual(['created', 'created'])
    expect((await stripe.webhookEndpoints.list()).data).toMatchObject([{ id: endpoint.id, status: 'enabled' }])
    endpoint.status = 'disabled'
    server.close()
  })
})

test('an ephemeral key reads its session for an hour, and does nothing else', async () => {
  const { id } = await make()
  const key = await stripe.ephemeralKeys.create({ verification_session: id }, { apiVersion: '2026-10-28.endive' })
  const device = standIn.client(key.secret).identity.verificationSessions
  expect((await device.retrieve(id)).id).toBe(id)
  expect((await refusal(device.cancel(id)))[0]).toBe(403)
  expect((await refusal(device.retrieve((await make()).id)))[0]).toBe(403)
  clock.now += HOUR
  expect(await refusal(device.retrieve(id))).toEqual([401, 'api_key_expired', undefined])
})
