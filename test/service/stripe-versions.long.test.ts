import { describe, expect, test } from 'vitest'
import { createFlow } from '../../src/service/operations/flows/flows.js'
import { storeOfTheLane } from '../store/stores.js'
import { served, TESTER } from './serving.js'

/** The official client for Node, in the versions that applications of ten years have. */
const VERSIONS = [
  ['stripe', '23'],
  ['stripe-20', '20'],
  ['stripe-16', '16'],
  ['stripe-14', '14'],
] as const

/** What is used of it here: the same in every version, while their types are not. */
interface Client {
  readonly identity: { readonly verificationSessions: Sessions; readonly verificationReports: Lists }
  readonly events: Lists
  readonly webhookEndpoints: {
    create(params: object): Promise<Answer>
    update(id: string, params: object): Promise<Answer>
    del(id: string): Promise<Answer>
    list(params?: object): Listed
  }
}

interface Sessions extends Lists {
  create(params: object, options?: object): Promise<Answer>
  update(id: string, params: object): Promise<Answer>
  cancel(id: string): Promise<Answer>
  redact(id: string): Promise<Answer>
}

interface Lists {
  retrieve(id: string, params?: object): Promise<Answer>
  list(params?: object): Listed
}

type Listed = Promise<{ readonly data: readonly Answer[]; readonly has_more: boolean }> & AsyncIterable<Answer>

interface Answer {
  readonly id: string
  readonly [member: string]: unknown
}

interface ClientClass {
  new (key: string, config: object): Client
}

async function clientOf(name: string, url: string, key: string): Promise<Client> {
  const { default: Stripe }: { readonly default: ClientClass } = await import(name)
  const { hostname: host, port } = new URL(url)
  return new Stripe(key, { host, port, protocol: 'http', telemetry: false, maxNetworkRetries: 0 })
}

const thrown = (work: Promise<unknown>) => work.then(undefined, (error: unknown) => error)

describe.each(storeOfTheLane)('on $name', (implementation) => {
  describe.each(VERSIONS)('the official client %s', (name, version) => {
    const aClient = async () => {
      const api = await served({ implementation, processing: 0 })
      const flow = await api.service.write(TESTER, (call) =>
        createFlow(call, { key: 'sign-up', name: 'Sign-up', type: 'document' }),
      )
      return { api, flow, stripe: await clientOf(name, api.url, api.key) }
    }

    test('is the version that it is meant to be', async () => {
      const { log, call } = (await aClient()).api
      expect((await call('GET', '/v1/events')).status).toBe(200)
      expect(log).toHaveLength(1)
      const { default: Stripe }: { readonly default: { readonly PACKAGE_VERSION: string } } = await import(name)
      expect(Stripe.PACKAGE_VERSION.split('.')[0]).toBe(version)
    })

    test("sends the requests of Stripe's page on flows", async () => {
      const { flow, stripe } = await aClient()
      const details = { provided_details: { phone: '5555551212', email: 'user@domain.com' } }
      const session = await stripe.identity.verificationSessions.create({
        verification_flow: flow.id,
        ...details,
        client_reference_id: 'reference-token',
      })
      expect(session).toMatchObject({
        type: 'verification_flow',
        verification_flow: flow.id,
        client_reference_id: 'reference-token',
        ...details,
      })
      expect(await stripe.identity.verificationSessions.retrieve(session.id)).toEqual(session)
    })

    test('takes a session through its life', async () => {
      const { api, stripe } = await aClient()
      const { verificationSessions: sessions, verificationReports: reports } = stripe.identity
      const options = { document: { allowed_types: ['passport'], require_matching_selfie: true } }
      const session = await sessions.create({ type: 'document', options, metadata: { note: 'two\nlines', order: 5 } })
      expect(session).toMatchObject({ options, metadata: { note: 'two\nlines', order: '5' } })
      const updated = await sessions.update(session.id, { metadata: { note: '', more: 'x' } })
      expect(updated.metadata).toEqual({ order: '5', more: 'x' })
      await api.call('POST', `/v1/test_helpers/identity/verification_sessions/${session.id}/submit`)
      const verified = await sessions.retrieve(session.id, { expand: ['verified_outputs', 'last_verification_report'] })
      expect(verified).toMatchObject({
        status: 'verified',
        last_verification_report: { verification_session: session.id },
      })
      expect((await reports.list({ verification_session: session.id })).data).toHaveLength(1)
      expect(await sessions.redact(session.id)).toMatchObject({ redaction: { status: 'redacted' } })
      const other = await sessions.create({ type: 'id_number' })
      expect(other.options).toEqual({})
      expect(await sessions.cancel(other.id)).toMatchObject({ status: 'canceled' })
      expect(await thrown(sessions.redact(other.id))).toMatchObject({ code: 'session_status_invalid' })
    })

    test('pages through lists by itself, and filters them', async () => {
      const { stripe } = await aClient()
      const { verificationSessions: sessions } = stripe.identity
      const made: string[] = []
      for (let n = 0; n < 5; n += 1) made.unshift((await sessions.create({ type: 'document' })).id)
      const seen: string[] = []
      for await (const { id } of sessions.list({ limit: 2 })) seen.push(id)
      expect(seen).toEqual(made)
      expect((await sessions.list({ status: 'canceled' })).data).toEqual([])
      const events = await stripe.events.list({ type: 'identity.*', delivery_success: true, limit: 3 })
      expect([events.data.length, events.has_more]).toEqual([3, true])
      expect((await stripe.events.retrieve(events.data[0]?.id ?? '')).object).toBe('event')
    })

    test('keeps webhook endpoints', async () => {
      const { stripe } = await aClient()
      const { webhookEndpoints: endpoints } = stripe
      const made = await endpoints.create({
        url: 'https://example.com/hook',
        enabled_events: ['*'],
        metadata: { a: 'b' },
      })
      expect(made).toMatchObject({ secret: expect.stringMatching(/^whsec_/), status: 'enabled' })
      expect(await endpoints.update(made.id, { disabled: true })).toMatchObject({ status: 'disabled' })
      expect((await endpoints.list()).data).toMatchObject([{ id: made.id }])
      expect(await endpoints.del(made.id)).toMatchObject({ id: made.id, deleted: true })
    })

    test('tells errors apart, by type, code and parameter', async () => {
      const { api, stripe } = await aClient()
      const { verificationSessions: sessions } = stripe.identity
      expect(await thrown(sessions.retrieve('vs_none'))).toMatchObject({
        type: 'StripeInvalidRequestError',
        statusCode: 404,
        code: 'resource_missing',
        param: 'session',
        doc_url: expect.stringContaining('#resource_missing'),
      })
      expect(await thrown(sessions.create({ type: 'passport' }))).toMatchObject({
        type: 'StripeInvalidRequestError',
        statusCode: 400,
        param: 'type',
        requestId: expect.stringMatching(/^req_/),
      })
      expect(await thrown(sessions.create({ type: 'document' }, { stripeAccount: 'acct_1' }))).toMatchObject({
        type: 'StripePermissionError',
        code: 'platform_account_required',
      })
      const stranger = await clientOf(name, api.url, 'sk_test_none')
      expect(await thrown(stranger.events.list())).toMatchObject({ type: 'StripeAuthenticationError' })
    })

    test('gets the first answer again for the same idempotency key', async () => {
      const { stripe } = await aClient()
      const create = () => stripe.identity.verificationSessions.create({ type: 'document' }, { idempotencyKey: 'k' })
      expect((await create()).id).toBe((await create()).id)
    })
  })
})
