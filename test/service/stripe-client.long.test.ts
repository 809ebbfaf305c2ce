import { execFile } from 'node:child_process'
import type { IncomingHttpHeaders } from 'node:http'
import { promisify } from 'node:util'
import Stripe from 'stripe'
import { describe, expect, test, vi } from 'vitest'
import type { VerificationFlow } from '../../src/model/resources.js'
import { deploy } from '../../src/service/operations/deployments/deployments.js'
import { createKey } from '../../src/service/operations/keys/keys.js'
import { continueDueSessions } from '../../src/service/operations/sessions/due-sessions.js'
import { createSession } from '../../src/service/operations/sessions/sessions.js'
import { held } from '../store/holding.js'
import { type Implementation, storeOfTheLane } from '../store/stores.js'
import { aCuttingProxy } from './cutting-proxy.js'
import { aDeployment, creating } from './deployment-requests.js'
import { aReceiver } from './receiver.js'
import { type ServedOptions, served, TESTER } from './serving.js'
import { stripeAt } from './stripe-at.js'

/** A service with one flow, "high-value", and the official client at it. */
async function aClient(
  implementation: Implementation,
  serving: ServedOptions = {},
  more: Partial<Stripe.StripeConfig> = {},
) {
  const parts = await served({ implementation, ...serving })
  await parts.service.write(TESTER, (call) =>
    deploy(call, aDeployment([creating('high-value', { options: { email: { require_verification: true } } })])),
  )
  return { ...parts, stripe: stripeAt(parts.url, parts.key, more) }
}

async function thrown(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe.each(storeOfTheLane)('the official client, given only another host, on $name', (implementation) => {
  test('creates a session from a flow, as in Stripe', async () => {
    const { stripe } = await aClient(implementation)
    const session = await stripe.identity.verificationSessions.create({
      verification_flow: 'high-value',
      client_reference_id: 'user_42',
      metadata: { order: 6735, note: 'a=b&c [d]' },
      provided_details: { email: 'jenny@example.com' },
      return_url: 'https://example.com/done',
    })
    expect(session).toMatchObject({
      object: 'identity.verification_session',
      type: 'verification_flow',
      status: 'requires_input',
      livemode: false,
      client_reference_id: 'user_42',
      metadata: { order: '6735', note: 'a=b&c [d]' },
      provided_details: { email: 'jenny@example.com' },
      verification_flow: expect.stringMatching(/^vf_[0-9a-z]{24}$/),
    })
    expect(session.options).toHaveProperty('email.require_verification', true)
    expect(session.lastResponse.requestId).toMatch(/^req_/)
    expect(session).not.toHaveProperty('return_url')
    expect(await stripe.identity.verificationSessions.retrieve(session.id)).toEqual(session)
  })

  test('creates a session from a type and options', async () => {
    const { stripe } = await aClient(implementation)
    const session = await stripe.identity.verificationSessions.create({
      type: 'document',
      options: { document: { allowed_types: ['passport', 'id_card'], require_matching_selfie: true } },
    })
    expect(session.options?.document).toEqual({
      allowed_types: ['id_card', 'passport'],
      require_matching_selfie: true,
    })
  })

  test('takes the expansions that Stripe has', async () => {
    const { stripe } = await aClient(implementation)
    const { id } = await stripe.identity.verificationSessions.create({ type: 'id_number' })
    const expand = ['verified_outputs', 'last_verification_report']
    expect((await stripe.identity.verificationSessions.retrieve(id, { expand })).verified_outputs).toBeNull()
    const { data } = await stripe.identity.verificationSessions.list({ expand: ['data.verified_outputs'] })
    expect(data[0]?.verified_outputs).toBeNull()
  })

  test('pages through a thousand sessions by itself, in both directions', async () => {
    const { stripe, service } = await aClient(implementation)
    const created: string[] = []
    for (let count = 0; count < 10; count += 1) {
      // A hundred in one transaction: what is tried here is how they are read.
      await service.write(TESTER, async (call) => {
        for (let n = 0; n < 100; n += 1) created.unshift((await createSession(call, { type: 'document' })).id)
      })
    }
    const ids: string[] = []
    for await (const { id } of stripe.identity.verificationSessions.list({ limit: 100 })) ids.push(id)
    expect(ids).toEqual(created)
    const backwards: string[] = []
    const before = stripe.identity.verificationSessions.list({ limit: 100, ending_before: created.at(-1) ?? '' })
    for await (const { id } of before) backwards.push(id)
    expect(backwards).toEqual(created.slice(0, -1).reverse())
  })

  test('pages through what there was at the beginning, while more is created', async () => {
    const { stripe } = await aClient(implementation)
    const { verificationSessions: sessions } = stripe.identity
    const there: string[] = []
    for (let n = 0; n < 25; n += 1) there.unshift((await sessions.create({ type: 'document' })).id)
    const seen: string[] = []
    for await (const { id } of sessions.list({ limit: 5 })) {
      seen.push(id)
      await sessions.create({ type: 'id_number' })
    }
    expect(seen).toEqual(there)
  })

  test('updates, submits, cancels and redacts sessions', async () => {
    const { stripe, clock, service } = await aClient(implementation)
    const { verificationSessions: sessions, verificationReports: reports } = stripe.identity
    const { id } = await sessions.create({ type: 'document', metadata: { a: '1', b: '2' } })
    expect(await sessions.update(id, { metadata: { a: '', c: 3 }, type: 'id_number' })).toMatchObject({
      metadata: { b: '2', c: '3' },
      type: 'id_number',
    })
    await stripe.rawRequest('POST', `/v1/test_helpers/identity/verification_sessions/${id}/submit`)
    expect((await sessions.retrieve(id)).status).toBe('processing')
    clock.now += 5
    await continueDueSessions(service)
    const verified = await sessions.retrieve(id, { expand: ['verified_outputs', 'last_verification_report'] })
    expect(verified).toMatchObject({
      status: 'verified',
      verified_outputs: { first_name: 'Test', id_number_type: 'us_ssn' },
      last_verification_report: { object: 'identity.verification_report', id_number: { status: 'verified' } },
    })
    const { data } = await reports.list({ verification_session: id })
    expect(data.map((report) => report.id)).toEqual([(await sessions.retrieve(id)).last_verification_report])
    expect((await reports.retrieve(data[0]?.id ?? '')).verification_session).toBe(id)
    expect((await sessions.redact(id)).redaction).toEqual({ status: 'processing' })

    const other = await sessions.create({ type: 'document' })
    expect((await sessions.cancel(other.id)).status).toBe('canceled')
  })

  test('lists and retrieves events', async () => {
    const { stripe } = await aClient(implementation)
    const { id } = await stripe.identity.verificationSessions.create({ type: 'document' })
    await stripe.identity.verificationSessions.cancel(id)
    const { data } = await stripe.events.list({ type: 'identity.verification_session.*' })
    expect(data.map(({ type }) => type)).toEqual([
      'identity.verification_session.canceled',
      'identity.verification_session.created',
    ])
    const [canceled] = data
    expect(await stripe.events.retrieve(canceled?.id ?? '')).toEqual(canceled)
    expect(canceled?.data.object).toMatchObject({ id, status: 'canceled' })
    expect(canceled?.request).toEqual({ id: expect.stringMatching(/^req_/), idempotency_key: expect.any(String) })
  })

  test('takes the signature of a webhook for good', async () => {
    const { stripe, service } = await aClient(implementation, { webhookAllow: ['127.0.0.0/8'] })
    const receiver = await aReceiver()
    const { secret = '' } = await stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ['*'] })
    const { id } = await stripe.identity.verificationSessions.create({ type: 'document' })
    await receiver.got(1)
    const [{ body, headers } = { body: '', headers: {} as IncomingHttpHeaders }] = receiver.received
    // The clock of the service stands still, far from the one of this test.
    const event = stripe.webhooks.constructEvent(body, headers['stripe-signature'] ?? '', secret, 1e9)
    expect(event).toMatchObject({ type: 'identity.verification_session.created', data: { object: { id } } })
    expect(await service.read(TESTER, ({ tx }) => tx.events.byId(false, event.id))).toBeDefined()
    expect(() => stripe.webhooks.constructEvent(`${body} `, headers['stripe-signature'] ?? '', secret, 1e9)).toThrow(
      Stripe.errors.StripeSignatureVerificationError,
    )
  })

  test('filters by status, reference, time and, as an extension, by flow', async () => {
    const { stripe, clock } = await aClient(implementation)
    const { verificationSessions: sessions } = stripe.identity
    const first = await sessions.create({ verification_flow: 'high-value', client_reference_id: 'one' })
    clock.now += 10
    const second = await sessions.create({ type: 'document' })
    const idsOf = async (params: object) => (await sessions.list(params)).data.map(({ id }) => id)
    expect(await idsOf({ client_reference_id: 'one' })).toEqual([first.id])
    expect(await idsOf({ status: 'requires_input' })).toEqual([second.id, first.id])
    expect(await idsOf({ status: 'canceled' })).toEqual([])
    expect(await idsOf({ created: { gt: first.created } })).toEqual([second.id])
    expect(await idsOf({ created: first.created })).toEqual([first.id])
    expect(await idsOf({ verification_flow: 'high-value' })).toEqual([first.id])
  })

  test('manages flows through rawRequest', async () => {
    const { stripe } = await aClient(implementation)
    const path = '/v1/identity/verification_flows'
    const created = (await stripe.rawRequest('POST', path, {
      key: 'low-value',
      name: 'Low value',
      type: 'document',
      options: { document: { allowed_types: ['passport'] }, matching: { name: 'similar' } },
      metadata: { team: 'risk' },
    })) as unknown as VerificationFlow
    expect(created).toMatchObject({ object: 'identity.verification_flow', version: 1, metadata: { team: 'risk' } })
    const updated = (await stripe.rawRequest('POST', `${path}/${created.id}`, {
      description: 'Small sums',
      metadata: { team: '' },
    })) as unknown as VerificationFlow
    expect(updated).toMatchObject({ version: 2, description: 'Small sums', metadata: {}, options: created.options })
    const list = await stripe.rawRequest('GET', `${path}?key=low-value`)
    expect(list).toMatchObject({ object: 'list', data: [updated] })
  })
})

describe.each(storeOfTheLane)('the errors of the official client, on $name', (implementation) => {
  test('a parameter at fault is a StripeInvalidRequestError with its name', async () => {
    const { stripe } = await aClient(implementation)
    const { verificationSessions: sessions } = stripe.identity
    const unknown = await thrown(sessions.create({ verification_flow: 'none' }))
    expect(unknown).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError)
    expect(unknown).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      param: 'verification_flow',
      requestId: expect.stringMatching(/^req_/),
    })
    const misspelt = await thrown(
      sessions.create({ type: 'document', option: {}, options: { documents: { a: 'b' } } } as never),
    )
    expect(misspelt).toMatchObject({ code: 'parameter_unknown', param: 'options[documents]' })
    expect(String(misspelt)).toContain('Did you mean options[document]?')
    expect(await thrown(sessions.create({} as never))).toMatchObject({ code: 'parameter_missing', param: 'type' })
    expect(
      await thrown(
        sessions.create({ type: 'document', options: { document: { require_live_capture: 'yes' as never } } }),
      ),
    ).toMatchObject({ param: 'options[document][require_live_capture]', message: 'Invalid boolean: yes' })
  })

  test('a key that is not valid is a StripeAuthenticationError', async () => {
    const { url } = await aClient(implementation)
    const error = await thrown(stripeAt(url, 'sk_test_nope').identity.verificationSessions.list())
    expect(error).toBeInstanceOf(Stripe.errors.StripeAuthenticationError)
    expect(error).toMatchObject({ statusCode: 401, requestId: expect.stringMatching(/^req_/) })
  })

  test('a version that has moved on is told once, and not tried again', async () => {
    const { stripe, log } = await aClient(implementation)
    const path = '/v1/identity/verification_flows/high-value'
    const error = await thrown(stripe.rawRequest('POST', path, { name: 'New', expected_version: 7 }))
    expect(error).toMatchObject({ statusCode: 412, code: 'flow_version_conflict', param: 'expected_version' })
    expect(log.filter(({ status }) => status === 412)).toHaveLength(1)
  })

  test('a key that may not is a StripePermissionError', async () => {
    const { url, service } = await aClient(implementation)
    const { secret } = await service.write(TESTER, (call) =>
      createKey(call, { name: 'reader', scopes: ['flows:read'] }),
    )
    const error = await thrown(stripeAt(url, secret).identity.verificationSessions.create({ type: 'document' }))
    expect(error).toBeInstanceOf(Stripe.errors.StripePermissionError)
    expect(error).toMatchObject({ statusCode: 403, code: 'scope_missing' })
  })

  test('too many requests are a StripeRateLimitError, after the client has tried again', async () => {
    const { stripe, log } = await aClient(implementation, { rateLimit: 1 }, { maxNetworkRetries: 1 })
    await stripe.events.list()
    const error = await thrown(stripe.events.list())
    expect(error).toBeInstanceOf(Stripe.errors.StripeRateLimitError)
    expect(error).toMatchObject({ statusCode: 429, code: 'rate_limit' })
    expect(log.filter(({ status }) => status === 429)).toHaveLength(2)
  })

  test('what is stale is a StripeAPIError, and a server that is gone a StripeConnectionError', async () => {
    const { stripe } = await aClient(implementation, {}, { maxNetworkRetries: 0 })
    const path = '/v1/identity/verification_flows/high-value'
    expect(await thrown(stripe.rawRequest('POST', path, { name: 'New', expected_version: 7 }))).toBeInstanceOf(
      Stripe.errors.StripeAPIError,
    )
    const nowhere = stripeAt('http://127.0.0.1:1', 'sk_test_x', { maxNetworkRetries: 0 })
    expect(await thrown(nowhere.events.list())).toBeInstanceOf(Stripe.errors.StripeConnectionError)
  })

  test('an unknown path is told', async () => {
    const { stripe } = await aClient(implementation)
    const error = await thrown(stripe.customers.list())
    expect(error).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError)
    expect(String(error)).toContain('Unrecognized request URL (GET: /v1/customers).')
  })
})

describe.each(storeOfTheLane)('one idempotency key, on $name', (implementation) => {
  test('makes one session, however often it is sent', async () => {
    const { stripe } = await aClient(implementation)
    const create = () =>
      stripe.identity.verificationSessions.create({ verification_flow: 'high-value' }, { idempotencyKey: 'order-1' })
    const [first, second] = [await create(), await create()]
    expect(second).toEqual(first)
    expect(second.lastResponse.headers['idempotent-replayed']).toBe('true')
    expect(first.lastResponse.headers['idempotent-replayed']).toBeUndefined()
    expect((await stripe.identity.verificationSessions.list()).data).toHaveLength(1)
  })

  test('makes one session when the first answer is lost on its way', async () => {
    const { url, key, stripe } = await aClient(implementation)
    const proxy = await aCuttingProxy(url, 1)
    const session = await stripeAt(proxy.url, key).identity.verificationSessions.create({
      verification_flow: 'high-value',
    })
    expect(proxy.cut()).toBe(1)
    expect((await stripe.identity.verificationSessions.list()).data.map(({ id }) => id)).toEqual([session.id])
  })

  test('whose request is under way is tried again by itself, and gets the answer of the first', async () => {
    const { stripe, place, log } = await aClient(implementation)
    const holder = await held(await place.open(), (tx) => tx.state.lock(false))
    const create = () =>
      stripe.rawRequest(
        'POST',
        '/v1/identity/verification_flows',
        { key: 'new', name: 'New', type: 'document' },
        { idempotencyKey: 'order-1' },
      )
    const both = [create(), create()]
    await vi.waitFor(() => expect(log.map(({ status }) => status)).toContain(409), { timeout: 10_000 })
    await holder.end()
    const [first, second] = (await Promise.all(both)) as unknown as (VerificationFlow & Stripe.Response<object>)[]
    expect(second).toEqual(first)
    const replays = [first, second].map((answer) => answer?.lastResponse.headers['idempotent-replayed'])
    expect(replays.sort()).toEqual(['true', undefined])
  })

  test('makes one of everything while connections are reset again and again', async () => {
    const { url, key, stripe } = await aClient(implementation)
    const proxies: { cut(): number }[] = []
    /** Whose answers are lost twice before one comes through. */
    const through = async () => {
      const proxy = await aCuttingProxy(url, 2)
      proxies.push(proxy)
      return stripeAt(proxy.url, key, { maxNetworkRetries: 3 }).identity.verificationSessions
    }
    const ids: string[] = []
    for (let n = 0; n < 4; n += 1) ids.unshift((await (await through()).create({ type: 'document' })).id)
    for (const id of ids.slice(0, 2)) await (await through()).cancel(id)
    expect(proxies.map((proxy) => proxy.cut())).toEqual([2, 2, 2, 2, 2, 2])
    expect((await stripe.identity.verificationSessions.list()).data.map(({ id }) => id)).toEqual(ids)
    const { data } = await stripe.events.list({ limit: 100 })
    expect(data.filter(({ type }) => type.endsWith('.created'))).toHaveLength(4)
    expect(data.filter(({ type }) => type.endsWith('.canceled'))).toHaveLength(2)
  })

  test('with other parameters is a StripeIdempotencyError', async () => {
    const { stripe } = await aClient(implementation)
    const create = (reference: string) =>
      stripe.identity.verificationSessions.create(
        { verification_flow: 'high-value', client_reference_id: reference },
        { idempotencyKey: 'order-1' },
      )
    await create('one')
    const error = await thrown(create('two'))
    expect(error).toBeInstanceOf(Stripe.errors.StripeIdempotencyError)
    expect(String(error)).toContain('Keys for idempotent requests can only be used with equal parameters')
  })
})

describe.each(storeOfTheLane)('curl, on $name', (implementation) => {
  test('creates a session as in the documentation of Stripe', async () => {
    const { url, key } = await aClient(implementation)
    const { stdout } = await promisify(execFile)('curl', [
      '--silent',
      '--fail-with-body',
      `${url}/v1/identity/verification_sessions`,
      '-u',
      `${key}:`,
      '-d',
      'verification_flow=high-value',
      '-d',
      'metadata[order]=6735',
    ])
    expect(JSON.parse(stdout)).toMatchObject({ type: 'verification_flow', metadata: { order: '6735' } })
  })
})
