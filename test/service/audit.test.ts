import { describe, expect, test } from 'vitest'
import { background } from '../../src/service/background/background.js'
import { service } from '../../src/service/operations/calls/call.js'
import { createKey } from '../../src/service/operations/keys/keys.js'
import { ACTIONS, audit } from '../../src/service/operations/people/audit.js'
import { webhookTargets } from '../../src/service/operations/webhooks/webhook-targets.js'
import type { AuditRecord } from '../../src/store/people/audit-log.js'
import { storeOfTheLane } from '../store/stores.js'
import { aBrowser, aDashboard, type Dashboard } from './dashboards.js'
import { TESTER } from './serving.js'

const FLOWS = '/v1/identity/verification_flows'
const SESSIONS = '/v1/identity/verification_sessions'
const DAY = 24 * 60 * 60

/** What the log has, oldest first, without what every test has. */
async function recorded(api: Pick<Dashboard, 'store'>, filter = {}): Promise<readonly AuditRecord[]> {
  const { data } = await api.store.read((tx) => tx.auditLog.list(filter, { limit: 1000 }))
  return data.toReversed()
}

/** The actions since a number of records, with what they are about. */
async function since(api: Dashboard, before: number): Promise<string[]> {
  const records = (await recorded(api)).slice(before)
  return records.map(({ action, actor_name, detail }) => [actor_name ?? '-', action, detail ?? ''].join(' ').trim())
}

type Browser = ReturnType<typeof aBrowser>

interface Things {
  readonly api: Dashboard
  readonly browser: Browser
  readonly session: string
  readonly endpoint: string
}

const flow = '/dashboard/test/flows/a'

/** Everything that a person does in the dashboard, or a key over the API, and what is recorded of it. */
const CASES: readonly (readonly [what: string, act: (things: Things) => Promise<unknown>, ...expected: string[]])[] = [
  [
    'signing in',
    async ({ api }) => api.signedIn('viewer', 'otto'),
    'tester sign_in_link.created viewer',
    'otto sign_in.succeeded link: viewer',
  ],
  [
    'a link that no longer works',
    ({ api }) => aBrowser(api.url).show('/dashboard/sign-in?token=x'),
    '- sign_in.refused link_dead',
  ],
  [
    'signing out',
    async ({ api }) => (await api.signedIn()).send(flow, '/dashboard/sign-out'),
    'tester sign_in_link.created admin',
    'anna sign_in.succeeded link: admin',
    'anna sign_in.ended',
  ],
  [
    'a static link',
    ({ browser }) => browser.send(flow, `${flow}/link`, { do: 'activate', version: '1' }),
    'anna static_link.updated on',
  ],
  [
    'a renewed static link',
    ({ browser }) => browser.send(flow, `${flow}/link`, { do: 'rotate', version: '2' }),
    'anna static_link.updated renewed',
  ],
  [
    'a verification by hand',
    ({ browser }) => browser.send(`${flow}/verify`, `${flow}/verify`, { email: 'somebody@example.com' }),
    'anna session.created',
  ],
  [
    'an outcome',
    ({ browser, session }) => browser.send(flow, `${at(session)}/submit`, { outcome: 'document_expired' }),
    'anna session.submitted document_expired',
  ],
  [
    'an override, and back',
    async ({ browser, session }) => {
      for (const status of ['verified', 'requires_input']) {
        await browser.send(flow, `${at(session)}/review`, { status, reason: 'Renewed in May, says somebody.' })
      }
    },
    'anna session.reviewed verified',
    'anna session.reviewed requires_input',
  ],
  [
    'a value',
    ({ browser, session }) => browser.send(at(session), at(session), { value: 'provided_details.email' }),
    'anna session.value_shown provided_details.email',
  ],
  [
    'a cancellation',
    ({ browser, session }) => browser.send(flow, `${at(session)}/cancel`, { sure: 'yes' }),
    'anna session.canceled',
  ],
  [
    'an endpoint',
    ({ browser, endpoint }) => browser.send(flow, `/dashboard/test/webhooks/${endpoint}/switch`, { do: 'disable' }),
    'anna webhook_endpoint.updated disabled',
  ],
  ['a download', ({ browser }) => browser.show('/dashboard/test/reports.csv'), 'anna file.downloaded'],
  ['the log itself', ({ browser }) => browser.show('/dashboard/test/audit.csv'), 'anna file.downloaded'],
  [
    'a flow, by a key',
    async ({ api }) => {
      await api.call('POST', FLOWS, { body: { key: 'b', name: 'B', type: 'document' } })
      await api.call('POST', `${FLOWS}/b`, { body: { name: 'C' } })
      await api.call('POST', `${FLOWS}/b/archive`)
      await api.call('POST', `${FLOWS}/b/restore`)
    },
    'ci flow.created',
    'ci flow.updated',
    'ci flow.archived',
    'ci flow.restored',
  ],
  [
    'a key, by a key',
    async ({ api }) => {
      const { body } = await api.call('POST', '/v1/api_keys', { body: { name: 'x' } })
      await api.call('POST', `/v1/api_keys/${body.id}/revoke`)
    },
    'ci api_key.created',
    'ci api_key.revoked',
  ],
  [
    'an endpoint, by a key',
    async ({ api, endpoint }) => {
      const body = { url: 'https://example.com/b', enabled_events: ['*'] }
      await api.call('POST', '/v1/webhook_endpoints', { body })
      await api.call('DELETE', `/v1/webhook_endpoints/${endpoint}`)
    },
    'ci webhook_endpoint.created',
    'ci webhook_endpoint.deleted',
  ],
  [
    'a session, by a key',
    async ({ api }) => {
      const { body } = await api.call('POST', SESSIONS, { body: { type: 'document' } })
      await api.call('POST', `${SESSIONS}/${body.id}`, { body: { metadata: { a: 'b' } } })
      await api.call('POST', `${SESSIONS}/${body.id}/redact`)
    },
    'ci session.redacted',
  ],
]

const at = (session: string) => `/dashboard/test/verifications/${session}`

describe.each(storeOfTheLane)('the audit log, on $name', (implementation) => {
  test('has what people do, and what keys do to more than sessions; nothing of those who are verified', async () => {
    const api = await aDashboard(implementation)
    await api.call('POST', FLOWS, { body: { key: 'a', name: 'A', type: 'document' } })
    const provided_details = { email: 'person@example.com' }
    const { body: session } = await api.call('POST', SESSIONS, { body: { verification_flow: 'a', provided_details } })
    const enabled_events = ['*']
    const { body: endpoint } = await api.call('POST', '/v1/webhook_endpoints', {
      body: { url: 'https://example.com/a', enabled_events },
    })
    const browser = await api.signedIn()
    const things = { api, browser, session: session.id, endpoint: endpoint.id }
    for (const [what, act, ...expected] of CASES) {
      const before = (await recorded(api)).length
      await act(things)
      expect([what, ...(await since(api, before))]).toEqual([what, ...expected])
    }
    const all = JSON.stringify(await recorded(api))
    expect(all).not.toMatch(/person@|somebody@/)
    for (const { secret } of [{ secret: api.key }, { secret: browser.cookie().replace('flows=', '') }]) {
      expect(all).not.toContain(secret)
    }
  })

  test('says who, with which sign-in or key, on what, when and from where', async () => {
    const api = await aDashboard(implementation)
    const { body } = await api.call('POST', FLOWS, {
      body: { key: 'a', name: 'A', type: 'document' },
      headers: { 'user-agent': 'program/1.0 '.repeat(50) },
    })
    const browser = await api.signedIn()
    await browser.send(flow, `${flow}/link`, { do: 'activate', version: '1' })
    const [byKey, bySignIn] = await recorded(api, { object: body.id })
    const key = await api.call('GET', '/v1/api_keys/current')
    expect(byKey).toMatchObject({ actor: key.body.id, sign_in: null, created: api.clock.now, livemode: false })
    expect(byKey?.agent).toHaveLength(200)
    expect(bySignIn).toMatchObject({ actor: 'local:anna', object: body.id, address: '127.0.0.1', agent: 'node' })
    expect(bySignIn?.sign_in).toMatch(/^[0-9a-f]{16}$/)
    expect(bySignIn?.request).toMatch(/^req_/)
    const [, signedIn] = await recorded(api, { actor: 'local:anna' })
    expect(signedIn?.livemode ?? null).toBe(false)
  })

  test('has no record of what failed', async () => {
    const api = await aDashboard(implementation)
    await api.call('POST', FLOWS, { body: { key: 'a', name: 'A', type: 'document' } })
    const browser = await api.signedIn()
    const before = (await recorded(api)).length
    expect((await browser.send(flow, `${flow}/link`, { do: 'activate', version: '7' })).status).toBe(412)
    expect((await browser.send(flow, '/dashboard/test/verifications/vs_x/cancel', { sure: 'yes' })).status).toBe(404)
    expect((await browser.send(flow, '/dashboard/test/verifications/vs_x', { value: 'document.dob' })).status).toBe(404)
    expect((await api.call('POST', '/v1/api_keys', { body: {} })).status).toBe(400)
    const failing = api.service.write(TESTER, async (call) => {
      await createKey(call, { mode: 'test', name: 'x' })
      throw new Error('after the record')
    })
    await expect(failing).rejects.toThrow('after the record')
    expect(await since(api, before)).toEqual([])
  })

  test('is a page for admins, with filters and pages, and a file', async () => {
    const api = await aDashboard(implementation, { auditDays: 365 })
    const browser = await api.signedIn()
    for (let number = 0; number < 60; number += 1) {
      await api.service.write(TESTER, (call) => audit(call, { action: 'flow.created', object: `=flow-${number % 2}` }))
    }
    const first = await browser.show('/dashboard/test/audit?action=flow.created')
    expect(first.text.match(/made a flow<\/div>/g)).toHaveLength(25)
    const next = /href="([^"]+)" rel="next"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect((await browser.show(next)).text).toContain('made a flow</div>')
    expect((await browser.show('/dashboard/live/audit?actor=local:anna')).text).toContain('signed in</')
    expect((await browser.show('/dashboard/test/audit?since=2040-01-01')).text).toContain('kept for 365 days')
    const wrong = await browser.show('/dashboard/test/audit?since=1.1.2040')
    expect(wrong.text).toContain("'1.1.2040' is not a day")
    expect(wrong.text).not.toContain('audit.csv')
    expect((await browser.show('/dashboard/test/audit.csv?since=1.1.2040')).status).toBe(400)
    const { text, headers } = await browser.show('/dashboard/test/audit.csv?object=%3Dflow-1')
    expect(text.split('\r\n')).toHaveLength(1 + 30 + 1)
    expect(text).toContain(`,test,local:tester,tester,,flow.created,'=flow-1,`)
    expect(headers.get('content-disposition')).toBe('attachment; filename="audit-log.csv"')
  })

  test('forgets after the days that are set', async () => {
    const api = await aDashboard(implementation)
    await api.signedIn()
    const { store, clock } = api
    const forgetful = (auditDays?: number) => {
      const operations = service({ store, now: () => clock.now, auditDays })
      return background({ service: operations, sending: { targets: webhookTargets() }, onFault: () => {} })
    }
    const worker = forgetful(30)
    clock.now += 30 * DAY
    await worker.runOnce()
    expect(await recorded(api)).not.toHaveLength(0)
    clock.now += 1
    // A server that is not told how long keeps everything: another one may be told to.
    await forgetful().runOnce()
    expect(await recorded(api)).not.toHaveLength(0)
    await worker.runOnce()
    expect(await recorded(api)).toHaveLength(0)
  })
})

test('every action has a case', () => {
  const seen = new Set(CASES.flatMap(([, , ...expected]) => expected.map((line) => line.split(' ')[1])))
  const elsewhere = ['sign_in.revoked', 'webhook_delivery.resent', 'flow.proposed', 'flow.proposal_opened']
  expect(Object.keys(ACTIONS).filter((name) => !seen.has(name) && !elsewhere.includes(name))).toEqual([])
})
