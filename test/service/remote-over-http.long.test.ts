import { describe, expect, test } from 'vitest'
import { storeOfTheLane } from '../store/stores.js'
import { FarVerifier } from '../verifier/far-verifier.js'
import { type Served, served } from './serving.js'
import { stripeAt } from './stripe-at.js'

const SESSIONS = '/v1/identity/verification_sessions'
const START = 'https://far.example.com/start/far_1'

/** The flows API with a verifier elsewhere for both modes, its workers going. */
async function aFarApi(implementation = storeOfTheLane[0]) {
  const now = () => Math.floor(Date.now() / 1000)
  const far = new FarVerifier({ now: now() })
  const api = await served({ verifiers: [far], now, ...(implementation && { implementation }) })
  return { ...api, far, stripe: stripeAt(api.url, api.key) }
}

async function webhook({ url }: Served, far: FarVerifier, id: string, more: Record<string, string> = {}) {
  const { body, headers } = far.webhook(id)
  return fetch(`${url}/verifiers/far/webhook`, {
    method: 'POST',
    body: Buffer.from(body),
    headers: { 'content-type': 'application/json', ...(headers as Record<string, string>), ...more },
  })
}

describe.each(storeOfTheLane)('a verifier elsewhere, over HTTP on $name,', (implementation) => {
  test('opens one session for the official client, which retries by itself where an answer is lost', async () => {
    const { far, stripe } = await aFarApi(implementation)
    far.faults = ['answer-lost', 'lost']
    const session = await stripe.identity.verificationSessions.create({ type: 'document' })
    expect(session).toMatchObject({ url: START, client_secret: 'far_1_secret' })
    expect(far.sessions.size).toBe(1)
    const { data } = await stripe.identity.verificationSessions.list()
    expect(data.map(({ id }) => id)).toEqual([session.id])
    expect(await stripe.identity.verificationSessions.update(session.id, { metadata: { a: '1' } })).toMatchObject({
      metadata: { a: '1' },
    })
  })

  test('says by webhooks what became of a session, which are taken from nobody else', async () => {
    const api = await aFarApi(implementation)
    const { far, stripe } = api
    const { id } = await stripe.identity.verificationSessions.create({ type: 'document' })
    far.submit('far_1')
    far.end('far_1', 'verified')
    expect((await webhook(api, far, 'far_1', { 'far-signature': 'x' })).status).toBe(400)
    const answer = await webhook(api, far, 'far_1')
    expect([answer.status, await answer.text()]).toEqual([200, 'received\n'])
    expect((await webhook(api, far, 'far_99')).status).toBe(200)
    await expect.poll(async () => (await stripe.identity.verificationSessions.retrieve(id)).status).toBe('verified')
    const types = (await stripe.events.list()).data.map(({ type }) => type.split('.').at(-1))
    expect(types).toEqual(['verified', 'processing', 'created'])
  })

  test('opens the session of a static link, and whoever comes again gets an address of their own', async () => {
    const { far, call } = await aFarApi(implementation)
    const { body: flow } = await call('POST', '/v1/identity/verification_flows', {
      body: { key: 'a', name: 'A', type: 'document', static_link: { active: true } },
    })
    const enter = () =>
      fetch(flow.static_link.url, { method: 'POST', body: new URLSearchParams({ email: 'person@example.com' }) })
    const [first, again] = [await enter(), await enter()]
    expect([first.status, again.status]).toEqual([200, 200])
    for (const page of [first, again]) expect(await page.text()).toContain(`content="0; url=${START}"`)
    expect([far.sessions.size, far.calls.map((one) => one.split(' ')[0])]).toEqual([1, ['open', 'read']])
  })
})

test('a session that no answer was had for is opened by the workers, and told of by its event', async () => {
  const { far, call, stripe } = await aFarApi()
  far.faults = ['lost']
  const refused = await call('POST', SESSIONS, { body: 'type=document' })
  expect([refused.status, refused.body.error.code]).toEqual([503, 'verifier_unavailable'])
  const created = async () => (await stripe.events.list()).data.map(({ data }) => (data.object as { id: string }).id)
  await expect.poll(created, { timeout: 15_000, interval: 200 }).toHaveLength(1)
  const [id = ''] = await created()
  expect((await stripe.identity.verificationSessions.retrieve(id)).url).toBe(START)
})

test('a webhook of a verifier that the service has not, and one that is too long, are refused', async () => {
  const { url } = await aFarApi()
  const send = (name: string, body: string) => fetch(`${url}/verifiers/${name}/webhook`, { method: 'POST', body })
  expect((await send('stripe', '{}')).status).toBe(404)
  expect((await send('far', 'x'.repeat(2 * 1024 * 1024))).status).toBe(413)
})
