import { describe, expect, test } from 'vitest'
import { FORMS, PAGES } from '../../src/service/http/dashboard/sections/sections.js'
import { deploy } from '../../src/service/operations/deployments/deployments.js'
import { createKey } from '../../src/service/operations/keys/keys.js'
import { IDLE, LINK_LIFETIME } from '../../src/service/operations/people/sign-in.js'
import { aDeployment, anEdit } from '../store/records.js'
import { storeOfTheLane } from '../store/stores.js'
import { aBrowser, aDashboard, DASHBOARD, FOREIGN, plain, SCRIPT } from './dashboards.js'
import { aDeployment as aRequest, creating } from './deployment-requests.js'
import { aReceiver } from './receiver.js'
import { type Served, served, TESTER } from './serving.js'

const FLOWS = '/v1/identity/verification_flows'
const SESSIONS = '/v1/identity/verification_sessions'
const HOUR = 60 * 60

/** Reorders text, or is invisible. */
const HIDDEN = /[\u200b\u202e\u2066\ufeff\u{e0061}]/u

async function aFlow(api: Served, body: object = {}) {
  const answer = await api.call('POST', FLOWS, { body: { key: 'a', name: 'A', type: 'document', ...body } })
  return answer.body as { id: string; key: string; version: number; static_link: { url: string } }
}

describe.each(storeOfTheLane)('signing in, on $name', (implementation) => {
  test('takes a link, which works once', async () => {
    const api = await aDashboard(implementation)
    const token = await api.link()
    const browser = aBrowser(api.url)
    expect(await browser.show(`/dashboard/sign-in?token=${token}`)).toMatchObject({
      status: 303,
      location: '/dashboard',
    })
    expect((await browser.show('/dashboard/test/flows')).status).toBe(200)
    const other = aBrowser(api.url)
    expect((await other.show(`/dashboard/sign-in?token=${token}`)).status).toBe(410)
    expect((await other.show('/dashboard/test/flows')).status).toBe(401)
  })

  test('a link that is only looked up is not used, and one that is too old, wrong or long signs nobody in', async () => {
    const api = await aDashboard(implementation)
    const token = await api.link()
    await aBrowser(api.url).show(`/dashboard/sign-in?token=${token}`, { method: 'HEAD' })
    api.clock.now += LINK_LIFETIME
    for (const wrong of [token, 'signin_x', '', 'x'.repeat(10_000)]) {
      const answer = await aBrowser(api.url).show(`/dashboard/sign-in?token=${wrong}`)
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([410, null])
    }
  })

  test('ends by itself without use, after half a day at the latest, and at once by signing out', async () => {
    const api = await aDashboard(implementation)
    const browser = await api.signedIn()
    for (let hours = 0; hours < 11.5; hours += 0.4) {
      api.clock.now += 0.4 * HOUR
      expect((await browser.show('/dashboard/test/flows')).status).toBe(200)
    }
    api.clock.now += 0.6 * HOUR
    expect((await browser.show('/dashboard/test/flows')).status).toBe(401)

    const idle = await api.signedIn()
    api.clock.now += IDLE
    expect((await idle.show('/dashboard/test/flows')).status).toBe(401)

    const leaving = await api.signedIn()
    const before = leaving.cookie()
    expect((await leaving.send('/dashboard/test/flows', '/dashboard/sign-out')).status).toBe(200)
    const answer = await fetch(`${api.url}/dashboard/test/flows`, { headers: { cookie: before } })
    expect(answer.status).toBe(401)
  })

  test('gives a new secret each time, whatever cookie the browser came with', async () => {
    const api = await aDashboard(implementation)
    const planted = 'flows=browser_planted'
    const answer = await fetch(`${api.url}/dashboard/sign-in?token=${await api.link()}`, {
      redirect: 'manual',
      headers: { cookie: planted },
    })
    expect(answer.headers.get('set-cookie')).toMatch(/^flows=browser_[0-9a-z]{38};/)
    expect((await fetch(`${api.url}/dashboard/test/flows`, { headers: { cookie: planted } })).status).toBe(401)
  })

  test('stores neither secret', async () => {
    const api = await aDashboard(implementation)
    const token = await api.link()
    const browser = aBrowser(api.url)
    await browser.show(`/dashboard/sign-in?token=${token}`)
    const hash = await api.store.read((tx) => tx.signIns.byHash(browser.cookie().replace('flows=', '')))
    expect(hash).toBeUndefined()
    const { log } = api
    expect(JSON.stringify(log)).not.toContain(token)
  })
})

/** The id of a form that makes something. */
async function formId(browser: ReturnType<typeof aBrowser>, path: string): Promise<string> {
  const [, id = ''] = /name="form" value="([^"]+)"/.exec((await browser.show(path)).text) ?? []
  return id
}

describe.each(storeOfTheLane)('what a page may do, on $name', (implementation) => {
  test('each page and form asks for the scope that a key needs, whatever the role', async () => {
    const api = await aDashboard(implementation)
    const { key } = await aFlow(api)
    const session = await api.call('POST', SESSIONS, { body: { type: 'document' } })
    const fill = (path: string) =>
      path
        .replace(':flow', key)
        .replace(':session', session.body.id)
        .replace(/:(?:deployment|event|endpoint|key)/, 'x')
    const browsers = {
      viewer: await api.signedIn('viewer'),
      analyst: await api.signedIn('analyst'),
      editor: await api.signedIn('editor'),
    }
    const seen: Record<string, string[]> = { viewer: [], analyst: [], editor: [] }
    for (const [role, browser] of Object.entries(browsers)) {
      for (const { path } of PAGES) {
        const { status } = await browser.show(`/dashboard/test${fill(path)}`)
        if (status === 403) seen[role]?.push(`GET ${path}`)
      }
      for (const { path } of FORMS) {
        const { status, text } = await browser.send('/dashboard/test/flows', `/dashboard/test${fill(path)}`, {
          do: 'x',
        })
        if (status === 403) seen[role]?.push(`POST ${path}`)
        expect(text).not.toContain('not from a page that you have open')
      }
    }
    const acting = ['cancel', 'redact', 'review', 'submit'].map((act) => `POST /verifications/:session/${act}`)
    const creating = ['GET /flows/:flow/verify', 'POST /flows/:flow/verify']
    const events = ['GET /events', 'GET /events/:event']
    const ofAdmins = [
      ...['GET /audit', 'GET /audit.csv'],
      ...['GET /webhooks', 'GET /webhooks/:endpoint', 'GET /webhooks/:endpoint/edit', 'GET /new-endpoint'],
      ...['switch', 'resend', 'edit', 'delete'].map((act) => `POST /webhooks/:endpoint/${act}`),
      ...['POST /new-endpoint', 'GET /keys', 'GET /new-key', 'POST /new-key', 'POST /keys/:key/revoke'],
    ]
    const editing = ['GET /new-flow', 'POST /new-flow', 'GET /flows/:flow/edit', 'POST /flows/:flow/edit']
    const link = ['POST /flows/:flow/link', ...editing]
    const values = ['POST /verifications', 'POST /verifications/:session']
    expect(seen.viewer?.toSorted()).toEqual(
      [...creating, ...acting, ...events, ...ofAdmins, ...link, ...values].toSorted(),
    )
    expect(seen.analyst?.toSorted()).toEqual([...ofAdmins, ...link].toSorted())
    expect(seen.editor?.toSorted()).toEqual([...creating, ...acting, ...events, ...ofAdmins, ...values].toSorted())
    // Nobody is led to what they may not see.
    const { text } = await browsers.viewer.show('/dashboard/test/flows')
    expect(text).not.toMatch(/Webhooks|API keys|>Events<|Audit log/)
  })

  test('a viewer sees no personal data', async () => {
    const api = await aDashboard(implementation)
    await aFlow(api)
    const { body: session } = await api.call('POST', SESSIONS, {
      body: {
        verification_flow: 'a',
        client_reference_id: 'REFERENCE',
        provided_details: { email: 'secret@example.com', phone: '+15555551212' },
        metadata: { about: 'METADATA' },
      },
    })
    await api.call('POST', `${SESSIONS}/${session.id}/submit`, { body: { outcome: 'document_expired' } })
    const pages = [
      `/dashboard/test/verifications/${session.id}`,
      '/dashboard/test/verifications',
      '/dashboard/test/flows/a',
    ]
    const personal = /REFERENCE|secret@|5555551212|METADATA/
    const [viewer, analyst] = [await api.signedIn('viewer'), await api.signedIn('analyst')]
    for (const page of pages) {
      expect((await viewer.show(page)).text).not.toMatch(personal)
      expect((await analyst.show(page)).text).toMatch(personal)
    }
    expect((await viewer.show('/dashboard/test/verifications?reference_digest=NOBODY')).text).toContain(session.id)
    expect((await analyst.show('/dashboard/test/verifications?reference_digest=NOBODY')).text).not.toContain(session.id)
  })

  test('a form of another site, or of an earlier sign-in, does nothing', async () => {
    const api = await aDashboard(implementation)
    await aFlow(api)
    const [one, other] = [await api.signedIn(), await api.signedIn()]
    const { text } = await other.show('/dashboard/test/flows/a')
    const foreign = /name="form_token" value="([^"]+)"/.exec(text)?.[1] ?? ''
    const fields = { do: 'activate', version: '1' }
    for (const token of ['', 'x', foreign, 'é'.repeat(foreign.length)]) {
      expect((await one.post('/dashboard/test/flows/a/link', { ...fields, form_token: token })).status).toBe(403)
    }
    expect((await one.post('/dashboard/test/flows/a/link', fields)).status).toBe(403)
    expect((await api.call('GET', `${FLOWS}/a`)).body.static_link.active).toBe(false)
  })

  test('no script gets into a page by a name, metadata, a reference or a query', async () => {
    const api = await aDashboard(implementation)
    const { key } = await aFlow(api, { name: SCRIPT, description: SCRIPT, metadata: { x: SCRIPT } })
    const { body: session } = await api.call('POST', SESSIONS, {
      body: { verification_flow: key, client_reference_id: SCRIPT, metadata: { y: SCRIPT } },
    })
    const browser = await api.signedIn()
    const query = encodeURIComponent(SCRIPT)
    const pages = [
      ...[`flows?search=${query}&project=${query}`, 'flows', `flows/${key}`, `flows/${query}`, `flows/${key}/verify`],
      ...[
        `verifications?flow=${key}&version=${query}&reference_digest=${query}&since=${query}`,
        `verifications/${session.id}?done=${query}`,
      ],
      `verifications?id=${query}`,
      ...[`reports?flow=${query}`, `reports?flow=${key}&since=${query}`, `flows?sort=used&skip=${query}`],
    ]
    for (const page of pages) {
      const { text, headers } = await browser.show(`/dashboard/test/${page}`)
      expect(text).not.toMatch(FOREIGN)
      expect(headers.get('content-security-policy')).toContain("default-src 'none'; style-src 'self'")
    }
    const again = await browser.send('/dashboard/test/flows', `/dashboard/test/flows/${key}/verify`, {
      metadata: SCRIPT,
    })
    expect([again.status, FOREIGN.test(again.text)]).toEqual([400, false])
  })

  test('what nobody sees in a text is shown as an escape, and a form holds it as it is', async () => {
    const api = await aDashboard(implementation)
    const { id, key } = await aFlow(api, { metadata: { 'team\u2066': 'kyc\u200b' } })
    // Names like this one were taken before.
    await api.store.write(async (tx) => {
      const flow = await tx.flows.byId(false, id)
      if (flow === undefined) expect.fail('there is no flow')
      const config = { ...flow.config, name: 'Pay\u202etuo', description: 'for\u{e0061} all' }
      await tx.flows.save([{ ...flow, config }], [])
    })
    const reference = 'user\u202e 1'
    const { body: session } = await api.call('POST', SESSIONS, {
      body: { verification_flow: key, client_reference_id: reference, metadata: { y: '\ufeffz\u0007' } },
    })
    const endpoint = { url: 'https://example.com/', 'enabled_events[]': '*', description: 'ours\u2066' }
    await api.call('POST', '/v1/webhook_endpoints', { body: endpoint })
    const browser = await api.signedIn('admin')
    const pages = ['flows', `flows/${key}`, 'verifications', `verifications/${session.id}`, 'webhooks', 'audit']
    const texts = await Promise.all(pages.map(async (page) => (await browser.show(`/dashboard/test/${page}`)).text))
    for (const text of texts) expect(text).not.toMatch(HIDDEN)
    const shown = [
      'Pay\\u202etuo',
      'for\\udb40\\udc61 all',
      'team\\u2066',
      'kyc\\u200b',
      'user\\u202e 1',
      '\\ufeffz\\u0007',
    ]
    for (const text of [...shown, 'ours\\u2066']) expect(texts.join('\n')).toContain(text)
    const { text: form } = await browser.show(`/dashboard/test/flows/${key}/edit`)
    expect(form).toMatch(/<input[^>]* value="Pay\u202etuo"/)
    expect(form).toMatch(/<textarea[^>]*>for\u{e0061} all</u)
    const refused = await browser.fill(`/dashboard/test/flows/${key}/edit`, { do: 'preview' })
    expect(plain(refused.text)).toContain('reorders text, U+202E')
  })

  test('what belongs to one mode is not there in the other', async () => {
    const api = await aDashboard(implementation)
    await aFlow(api)
    const { body: session } = await api.call('POST', SESSIONS, { body: { type: 'document' } })
    const browser = await api.signedIn()
    for (const page of ['flows/a', `verifications/${session.id}`]) {
      expect((await browser.show(`/dashboard/live/${page}`)).status).toBe(404)
    }
    expect((await browser.show('/dashboard/test/flows/a%00')).status).toBe(404)
    // NUL characters are left out after decoding: %0%000 holds none before.
    for (const nul of ['%00', 'a%00', '%0%000', '%00%0%0000']) {
      expect((await browser.show(`/dashboard/test/flows?search=${nul}&project=${nul}&${nul}=x`)).status).toBe(200)
    }
    expect((await browser.show('/dashboard/live/flows')).text).not.toContain('flows/a')
    expect((await browser.show('/dashboard/elsewhere/flows')).status).toBe(404)
  })
})

describe.each(storeOfTheLane)('flows and verifications, on $name', (implementation) => {
  test('the static link is switched and renewed by whoever saw the flow as it is', async () => {
    const api = await aDashboard(implementation)
    const { static_link: before } = await aFlow(api)
    const browser = await api.signedIn()
    const act = (what: string, version: number) =>
      browser.send('/dashboard/test/flows/a', '/dashboard/test/flows/a/link', { do: what, version: `${version}` })
    expect(await act('activate', 1)).toMatchObject({
      status: 303,
      location: '/dashboard/test/flows/a?done=link_activated',
    })
    expect((await browser.show('/dashboard/test/flows/a?done=link_activated')).text).toContain('The static link is on.')
    expect((await act('rotate', 1)).status).toBe(412)
    await act('rotate', 2)
    const { body } = await api.call('GET', `${FLOWS}/a`)
    expect(body.static_link.active).toBe(true)
    expect(body.static_link.url).not.toBe(before.url)
    expect(body.updated_by).toBe('anna')
    await act('deactivate', 3)
    for (const what of ['constructor', '__proto__', 'x']) expect((await act(what, 4)).status).toBe(400)
    expect((await api.call('GET', `${FLOWS}/a`)).body).toMatchObject({ version: 4, static_link: { active: false } })
  })

  test('a verification is created, ended, canceled and redacted; what cannot be undone is asked for twice', async () => {
    const api = await aDashboard(implementation)
    await aFlow(api)
    const browser = await api.signedIn('analyst')
    const create = () =>
      browser.send('/dashboard/test/flows/a/verify', '/dashboard/test/flows/a/verify', {
        email: 'person@example.com',
        client_reference_id: 'order-7',
        metadata: 'team: risk\nnote: a: b',
      })
    const { location } = await create()
    const id = /(vs_\w+)\?/.exec(location ?? '')?.[1] ?? ''
    expect((await api.call('GET', `${SESSIONS}/${id}`)).body).toMatchObject({
      client_reference_id: 'order-7',
      provided_details: { email: 'person@example.com' },
      metadata: { team: 'risk', note: 'a: b' },
      verification_flow_version: 1,
    })
    const here = `/dashboard/test/verifications/${id}`
    expect((await browser.show(here)).text).toContain('aria-label="The page of this verification as a QR code"><svg')
    await browser.send(here, `${here}/submit`, { outcome: 'document_expired' })
    const failed = await browser.show(here)
    expect(failed.text).toContain('document_expired')
    expect(failed.text).toContain('Failed')
    expect((await browser.send(here, `${here}/redact`)).status).toBe(400)
    expect((await api.call('GET', `${SESSIONS}/${id}`)).body.redaction).toBeNull()
    expect((await browser.send(here, `${here}/redact`, { sure: 'yes' })).status).toBe(303)
    expect((await api.call('GET', `${SESSIONS}/${id}`)).body.redaction).not.toBeNull()

    const second = /(vs_\w+)\?/.exec((await create()).location ?? '')?.[1] ?? ''
    const there = `/dashboard/test/verifications/${second}`
    await browser.send(there, `${there}/cancel`, { sure: 'yes' })
    expect((await api.call('GET', `${SESSIONS}/${second}`)).body.status).toBe('canceled')
  })

  test('what was typed stays when something is wrong with it', async () => {
    const api = await aDashboard(implementation)
    await aFlow(api)
    const browser = await api.signedIn()
    const path = '/dashboard/test/flows/a/verify'
    const answer = await browser.send(path, path, { email: 'nobody', client_reference_id: 'order-7' })
    expect(answer.status).toBe(400)
    expect(answer.text).toContain('role="alert"')
    expect(answer.text).toContain('value="order-7"')
  })

  test('lists are paged both ways, and keep their filter', async () => {
    const api = await aDashboard(implementation)
    for (let number = 1; number <= 60; number += 1) await aFlow(api, { key: `flow-${number}` })
    await aFlow(api, { key: 'other' })
    const browser = await api.signedIn()
    const seen: string[] = []
    let next: string | undefined = '/dashboard/test/flows?search=flow-'
    let last = ''
    while (next !== undefined) {
      last = (await browser.show(next)).text
      seen.push(...[...last.matchAll(/<div class="quiet">(flow-\d+|other)</g)].map(([, key = '']) => key))
      next = /href="([^"]+)" rel="next"/.exec(last)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(seen).toEqual(Array.from({ length: 60 }, (_, index) => `flow-${60 - index}`))
    const back = /href="([^"]+)" rel="prev"/.exec(last)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect((await browser.show(back)).text).toContain('>flow-35<')
  })

  test('versions are compared, and a deployment shows what it changed', async () => {
    const api = await aDashboard(implementation)
    await aFlow(api)
    await api.call('POST', `${FLOWS}/a`, { body: { options: { email: { require_verification: true } } } })
    const browser = await api.signedIn()
    const { text } = await browser.show('/dashboard/test/flows/a/versions?from=1&to=2')
    expect(text).toContain('<ins>+options:\n</ins>')
    expect((await browser.show('/dashboard/test/flows/a/versions?from=1&to=3')).status).toBe(404)
    expect((await browser.show('/dashboard/test/deployments')).text).toContain('Nothing was deployed yet')
  })

  test('a large deployment is shown in parts', async () => {
    const api = await aDashboard(implementation)
    const keys = Array.from({ length: 30 }, (_, number) => `f-${`${number}`.padStart(2, '0')}`)
    const { id } = await api.service.write(TESTER, (call) => deploy(call, aRequest(keys.map((key) => creating(key)))))
    const browser = await api.signedIn('viewer')
    const here = `/dashboard/test/deployments/${id}`
    const shown = async (path: string) => {
      const { text } = await browser.show(path)
      const next = /href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&')
      return { keys: [...text.matchAll(/aria-label="create (f-\d\d)"/g)].map(([, key]) => key), next }
    }
    const first = await shown(here)
    expect(first.keys).toHaveLength(25)
    const second = await shown(first.next ?? '')
    expect([...first.keys, ...second.keys]).toEqual(keys)
    expect(second.next).toBeUndefined()
    expect((await shown(`${here}?skip=999999`)).keys).toHaveLength(1)
  })

  test('a deployment shows what is to be edited at Stripe, and what became of that', async () => {
    const api = await aDashboard(implementation)
    const { id: flow } = await aFlow(api)
    const browser = await api.signedIn()
    const edits = [anEdit(flow), anEdit(flow, { path: '/options/liveness', observed: SCRIPT, defined: null })]
    const made = { session: 'vs_2', created: 1_790_000_000 }
    await api.store.write(async ({ deployments }) => {
      await deployments.insert(aDeployment('vfd_1', { flow, edits }))
      await deployments.editMade(false, 'vf_1Far7', anEdit(flow), made)
    })
    expect((await browser.show('/dashboard/test/deployments')).text).toContain('1 create, 1 edit open at Stripe')
    expect((await browser.show('/dashboard/test/deployments/vfd_1')).text).not.toContain('Took')
    await api.store.write((tx) => tx.deployments.took('vfd_1', 1_440))
    expect((await browser.show('/dashboard/test/deployments/vfd_1')).text).toContain('<dt>Took</dt><dd>1.4 s</dd>')
    expect((await browser.show('/dashboard/test/deployments')).text).toContain('>1.4 s<')
    const { text } = await browser.show('/dashboard/test/deployments/vfd_1')
    expect(text.replaceAll(/<td[^>]*><div>/g, '|')).toContain(
      '|<code>options.phone.require_verification</code></div></td>|false</div></td>|true</div>',
    )
    expect(text).toContain('made: seen in <code>vs_2</code>')
    expect(text).toContain('open: seen in <code>vs_1</code>')
    expect(text).not.toContain('<script>')
  })
})

describe.each(storeOfTheLane)('events, webhooks and keys, on $name', (implementation) => {
  test('an event shows what receivers get and who got it; a webhook is sent again; an endpoint is switched', async () => {
    const receiver = await aReceiver()
    const api = await aDashboard(implementation, { webhookAllow: ['127.0.0.0/8'] })
    const { body: endpoint } = await api.call('POST', '/v1/webhook_endpoints', {
      body: { url: receiver.url, enabled_events: ['*'], description: SCRIPT },
    })
    const { body: session } = await api.call('POST', SESSIONS, {
      body: { type: 'document', provided_details: { email: 'secret@example.com', phone: '+15555551212' } },
    })
    await expect.poll(() => receiver.received.length).toBe(1)
    expect(JSON.stringify(receiver.received)).toContain('secret@example.com')
    const browser = await api.signedIn()
    const events = await browser.show('/dashboard/test/events?type=identity.*')
    expect(events.text).toContain('identity.verification_session.created')
    expect(events.text).toContain(session.id)
    expect((await browser.show('/dashboard/test/events?type=account.*')).text).toContain('There is none.')
    const [, event = ''] = /events\/(evt_\w+)"/.exec(events.text) ?? []
    const page = await browser.show(`/dashboard/test/events/${event}`)
    expect(page.text).toContain(receiver.url)
    expect(page.text).toContain('&quot;object&quot;: &quot;event&quot;')
    // What says who somebody is is not in the open: a look at it belongs into the audit log.
    expect(page.text).not.toMatch(/secret@|5555551212/)
    expect(plain(page.text)).toContain('"email": "hidden"')
    expect(page.text).toContain(`href="/dashboard/test/verifications/${session.id}"`)

    const here = `/dashboard/test/webhooks/${endpoint.id}`
    await expect.poll(async () => (await browser.show(here)).text).toContain('last: 200')
    const shown = await browser.show(here)
    expect(shown.text).not.toMatch(FOREIGN)
    expect(shown.text).not.toContain(endpoint.secret)
    const [, delivery = ''] = /name="delivery" value="(\w+)"/.exec(shown.text) ?? []
    expect(await browser.send(here, `${here}/resend`, { delivery })).toMatchObject({
      status: 303,
      location: `${here}?done=resent`,
    })
    await expect.poll(() => receiver.received.length).toBe(2)
    const { data } = await api.store.read((tx) => tx.auditLog.list({ object: delivery }, { limit: 10 }))
    expect(data.map(({ action }) => action)).toEqual(['webhook_delivery.resent'])
    expect((await browser.send(here, `${here}/resend`, { delivery: 'whd_none' })).status).toBe(404)

    const status = async () => (await api.call('GET', `/v1/webhook_endpoints/${endpoint.id}`)).body.status
    await browser.send(here, `${here}/switch`, { do: 'disable' })
    expect(await status()).toBe('disabled')
    for (const what of ['constructor', '__proto__', '']) {
      expect((await browser.send(here, `${here}/switch`, { do: what })).status).toBe(400)
    }
    expect(await status()).toBe('disabled')
    await browser.send(here, `${here}/switch`, { do: 'enable' })
    expect(await status()).toBe('enabled')
    expect((await browser.show('/dashboard/test/webhooks')).text).toContain(receiver.url)
    expect((await browser.show(here.replace('/test/', '/live/'))).status).toBe(404)
    expect((await browser.show(`${here}?status=failed`)).text).toContain('There is none.')
    expect(plain((await browser.show(`${here}?status=bogus`)).text)).toContain("'bogus' is not a status of deliveries.")
    const bogus = await browser.show('/dashboard/test/flows?status=bogus')
    expect(plain(bogus.text)).toContain("'bogus' is not a status of flows.")
    expect(bogus.text).toContain('<a href="/dashboard/test/flows">Clear</a>')
  })

  test('an endpoint is made, edited and deleted by forms, and its secret is shown once', async () => {
    const api = await aDashboard(implementation)
    const browser = await api.signedIn()
    const form = '/dashboard/test/new-endpoint'
    const id = await formId(browser, form)
    const typed = { form: id, url: ' https://example.com/hook ', events: 'identity.*\r\n', description: SCRIPT }
    expect((await browser.send(form, form, { ...typed, form: '', events: '*' })).status).toBe(400)
    const refused = await browser.send(form, form, typed)
    expect(refused.status).toBe(400)
    // What was typed is still there, and nothing was made.
    expect(plain(refused.text)).toContain('identity.*')
    expect(refused.text).not.toMatch(FOREIGN)
    const list = async () => (await api.call('GET', '/v1/webhook_endpoints')).body.data
    expect(await list()).toEqual([])

    const events = ' identity.verification_session.verified \r\n\r\nidentity.verification_session.redacted,'
    const sent = await Promise.all([0, 1].map(() => browser.send(form, form, { ...typed, events })))
    // As from a button that was pressed twice, or a page that is loaded anew.
    expect(sent.map(({ status }) => status).toSorted()).toEqual([200, 409])
    const made = sent.find(({ status }) => status === 200) ?? { text: '', headers: new Headers() }
    expect(made.text).not.toContain('value="dark"')
    const [endpoint] = await list()
    expect(endpoint).toMatchObject({
      url: 'https://example.com/hook',
      enabled_events: ['identity.verification_session.verified', 'identity.verification_session.redacted'],
      description: SCRIPT,
    })
    const stored = await api.store.read((tx) => tx.webhookEndpoints.byId(false, endpoint.id))
    expect(made.text).toContain(stored?.secret)
    expect(made.headers.get('cache-control')).toBe('no-store')

    const here = `/dashboard/test/webhooks/${endpoint.id}`
    const edit = `${here}/edit`
    const shown = await browser.show(edit)
    expect(plain(shown.text)).toContain('identity.verification_session.verified')
    expect(shown.text).not.toMatch(FOREIGN)
    const base = {
      'base[url]': endpoint.url,
      'base[events]': endpoint.enabled_events.join(' '),
      'base[description]': SCRIPT,
    }
    expect((await browser.send(edit, edit, { ...base, url: 'ftp://example.com', events: '*' })).status).toBe(400)
    const other = { url: 'https://example.com/other', events: '*', description: '' }
    const saved = await browser.send(edit, edit, { ...base, ...other })
    expect(saved).toMatchObject({ status: 303, location: `${here}?done=endpoint_saved` })
    expect(await list()).toMatchObject([{ url: 'https://example.com/other', enabled_events: ['*'], description: null }])
    // Somebody else saved meanwhile. What is not edited stays as it is; what both edited is said.
    expect((await browser.send(edit, edit, { ...base, url: endpoint.url, events, description: 'mine' })).status).toBe(
      400,
    )
    const conflict = await browser.send(edit, edit, { ...base, ...other, url: 'https://example.com/mine' })
    expect([conflict.status, plain(conflict.text)]).toEqual([
      400,
      expect.stringContaining('Somebody else changed the address: now "https://example.com/other"'),
    ])
    expect(conflict.text).toContain('name="base[url]" value="https://example.com/other"')
    const now = { 'base[url]': endpoint.url, 'base[events]': 'x', 'base[description]': '' }
    const about = { ...now, url: endpoint.url, events: 'x', description: 'about' }
    expect((await browser.send(edit, edit, about)).status).toBe(303)
    // Over the API a description may have spaces around it.
    await api.call('POST', `/v1/webhook_endpoints/${endpoint.id}`, { body: { description: ' padded ' } })
    const padded = { ...base, 'base[url]': other.url, 'base[description]': ' padded ' }
    expect((await browser.send(edit, edit, { ...padded, ...other, description: 'about' })).status).toBe(303)
    expect(await list()).toMatchObject([{ url: other.url, enabled_events: ['*'], description: 'about' }])

    await api.call('POST', SESSIONS, { body: { type: 'document' } })
    const [event] = (await api.call('GET', '/v1/events?limit=1')).body.data
    expect((await browser.show(`/dashboard/test/events/${event.id}`)).text).toContain('Send again')
    expect((await browser.send(here, `${here}/delete`)).status).toBe(400)
    expect(await list()).toHaveLength(1)
    expect((await browser.send(here, `${here}/delete`, { sure: 'yes' })).status).toBe(303)
    expect(await list()).toEqual([])
    // The form's page, loaded anew, does not bring it back.
    expect((await browser.send(form, form, { ...typed, events })).status).toBe(409)
    const after = await browser.show(`/dashboard/test/events/${event.id}`)
    expect(plain(after.text)).toContain(endpoint.id)
    expect(after.text).not.toMatch(/Send again|\/webhooks\/we_/)
    const { data } = await api.store.read((tx) => tx.auditLog.list({ object: endpoint.id }, { limit: 10 }))
    expect(data.map(({ action }) => action)).toEqual([
      'webhook_endpoint.deleted',
      ...Array.from({ length: 4 }, () => 'webhook_endpoint.updated'),
      'webhook_endpoint.created',
    ])
  })

  test('a key is made by a form, and its secret is shown once', async () => {
    const api = await aDashboard(implementation)
    const browser = await api.signedIn()
    const form = '/dashboard/test/new-key'
    const typed = {
      form: await formId(browser, form),
      may: 'some',
      name: SCRIPT,
      'scopes[]': 'flows:read',
      project: 'acme',
      flows: 'kyc-*\r\nsign-up',
    }
    for (const wrong of [
      { name: ' ' },
      { expires: '1999-01-01' },
      { expires: '2026-02-30' },
      { expires: 'soon' },
      { 'scopes[]': 'keys:admin' },
      { flows: 'NO KEY' },
      { addresses: 'everywhere' },
      { flows: ' , ' },
      { project: ' ' },
      { addresses: ' ' },
      { may: '' },
      { may: 'everything' },
    ]) {
      const refused = await browser.send(form, form, { ...typed, ...wrong })
      expect([wrong, refused.status]).toEqual([wrong, 400])
      expect(refused.text).not.toMatch(FOREIGN)
      // What was typed is still there.
      expect(plain(refused.text)).toContain({ ...typed, ...wrong }.flows.split('\r')[0])
    }
    // Nobody gets everything by leaving something out.
    const { 'scopes[]': _, ...none } = typed
    for (const wrong of [{}, { scopes: 'flows:read' }, { 'scopes[a]': 'flows:read' }]) {
      expect((await browser.send(form, form, { ...none, ...wrong })).status).toBe(400)
    }
    expect((await api.call('GET', '/v1/api_keys')).body.data).toHaveLength(1)
    const made = await browser.send(form, form, typed)
    expect((await browser.send(form, form, typed)).status).toBe(409)
    const [, secret = ''] = /(rk_test_\w+)/.exec(made.text) ?? []
    expect((await api.call('GET', FLOWS, { key: secret })).status).toBe(200)
    expect((await api.call('GET', '/v1/api_keys', { key: secret })).status).toBe(403)
    const { text } = await browser.show('/dashboard/test/keys')
    expect(text).not.toContain(secret)
    expect(text).toContain('only project acme; flows kyc-*, sign-up')
    expect(text).toContain('by anna')

    // It works on its last day, too.
    const whole = '/dashboard/live/new-key'
    const today = new Date(api.clock.now * 1000).toISOString().slice(0, 10)
    const all = { form: await formId(browser, whole), may: 'everything', name: 'all', expires: today }
    expect((await browser.send(whole, whole, all)).text).toMatch(/sk_live_\w+/)
    const [live] = await api.store.read(async (tx) => (await tx.apiKeys.list(true, {}, { limit: 1 })).data)
    expect(live?.expires).toBe(Date.parse(`${today}T00:00:00Z`) / 1000 + 24 * 60 * 60)
  })

  test('keys are shown without their secrets, and revoked once it is asked for twice', async () => {
    const api = await aDashboard(implementation)
    const created = await api.service.write(TESTER, (call) =>
      createKey(call, { mode: 'test', name: SCRIPT, scopes: ['flows:read'], project: 'acme', flows: ['kyc-*'] }),
    )
    const browser = await api.signedIn()
    const { text } = await browser.show('/dashboard/test/keys')
    expect(text).not.toMatch(FOREIGN)
    expect(text).not.toContain(created.secret)
    expect(text).not.toContain(api.key)
    expect(text).toContain('only project acme; flows kyc-*')
    const revoke = `/dashboard/test/keys/${created.id}/revoke`
    expect((await browser.send('/dashboard/test/keys', revoke)).status).toBe(400)
    expect((await api.call('GET', `${FLOWS}`, { key: created.secret })).status).toBe(200)
    expect((await browser.send('/dashboard/test/keys', revoke, { sure: 'yes' })).status).toBe(303)
    expect((await api.call('GET', `${FLOWS}`, { key: created.secret })).status).toBe(401)
    expect((await browser.show('/dashboard/test/keys?done=key_revoked')).text).toContain('by anna')
    expect((await browser.show('/dashboard/live/keys')).text).not.toContain(created.id)
  })
})

describe('around the pages', () => {
  const aStore = () => {
    const [store] = storeOfTheLane
    if (store === undefined) throw new Error('there is a store')
    return store
  }

  test('over https the cookie belongs to this host alone, and no script can read it', async () => {
    const api = await aDashboard(aStore(), { publicUrl: 'https://flows.example.com' })
    const answer = await fetch(`${api.url}/dashboard/sign-in?token=${await api.link()}`, { redirect: 'manual' })
    const [pair = '', ...flags] = (answer.headers.get('set-cookie') ?? '').split('; ')
    expect(pair).toMatch(/^__Host-flows=/)
    expect(flags.toSorted()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure'])
  })

  test('style sheets are kept by the browser, and only those are served', async () => {
    const api = await served({ dashboard: DASHBOARD })
    const answer = await fetch(`${api.url}/dashboard/assets/1.2.3/tabler.min.css`)
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable'])
    for (const path of ['..%2f..%2fetc%2fpasswd', '', 'x.css']) {
      expect((await fetch(`${api.url}/dashboard/assets/1.2.3/${path}`)).status).toBe(404)
    }
  })

  test('somebody chooses a theme, and goes on where they were', async () => {
    const api = await aDashboard(aStore())
    const browser = await api.signedIn()
    const page = '/dashboard/test/flows?sort=key'
    expect((await browser.show(page)).text).not.toContain('data-bs-theme')
    const choose = (theme: string, to = page) => browser.send(page, '/dashboard/theme', { theme, to })
    expect(await choose('dark')).toMatchObject({ status: 303, location: page })
    expect((await browser.show(page)).text).toContain('<html lang="en" data-bs-theme="dark">')
    await choose('')
    expect((await browser.show(page)).text).not.toContain('data-bs-theme')
    expect((await browser.post('/dashboard/theme', { theme: 'dark', to: page })).status).toBe(403)
    for (const to of ['https://example.com/dashboard/x', '//example.com/dashboard/x', '/v1/events', 'x', '']) {
      expect([to, (await choose('dark', to)).location]).toEqual([to, '/dashboard'])
    }
  })

  test('a page that asks for itself again is answered with what changed, and keeps nobody signed in', async () => {
    const api = await aDashboard(aStore())
    const browser = await api.signedIn()
    const again = (tag = '') =>
      browser.show('/dashboard/test/flows', { headers: { 'hx-request': 'true', 'hx-ptag': tag } })
    const first = await again()
    const tag = first.headers.get('hx-ptag') ?? ''
    expect([first.status, first.text.includes('id="live"')]).toEqual([200, true])
    expect(await again(tag)).toMatchObject({ status: 304, text: '' })
    await aFlow(api)
    expect(await again(tag)).toMatchObject({ status: 200, text: expect.stringContaining('flows/a') })

    for (let minutes = 0; minutes < IDLE / 60; minutes += 5) {
      api.clock.now += 5 * 60
      await again()
    }
    const ended = await again()
    expect([ended.status, ended.headers.get('hx-refresh')]).toEqual([401, 'true'])
  })

  test('a list that was stopped stays so, and keeps its order, when it is narrowed or no longer narrowed', async () => {
    const api = await aDashboard(aStore())
    await aFlow(api)
    const browser = await api.signedIn()
    for (const [page, narrowing, cleared] of [
      ['flows', 'search=a&sort=key&live=off', 'flows?sort=key&amp;live=off'],
      ['flows', 'search=a&sort=used', 'flows?sort=used'],
      ['flows/a', 'status=verified&live=off', 'flows/a?live=off#verifications'],
      ['verifications', 'status=verified&live=off', 'verifications?live=off'],
      ['verifications', 'status=verified', 'verifications'],
      ['events', 'type=x&live=off', 'events?live=off'],
      ['reports', 'since=2026-09-01', 'reports'],
    ] as const) {
      const { text } = await browser.show(`/dashboard/test/${page}?${narrowing}`)
      expect(text).toContain(`<a href="/dashboard/test/${cleared}">Clear</a>`)
      const forms = text.slice(0, text.indexOf('</main>')).match(/<form[^>]*class="filters".*?<\/form>/gs) ?? []
      const ofList = forms.filter((form) => form.includes('>Filter<') || form.includes('>Find<'))
      const isStopped = narrowing.includes('live=off')
      expect(ofList.map((form) => form.includes('<input type="hidden" name="live" value="off"/>'))).toEqual(
        ofList.map(() => isStopped),
      )
      const plainly = await browser.show(`/dashboard/test/${page}`)
      expect(plainly.text).not.toContain('>Clear</a>')
    }
    const here = '/dashboard/test/verifications'
    const { location } = await browser.send(here, here, { reference: 'x', live: 'off' })
    expect(location).toMatch(/live=off/)
  })

  test('API keys and sign-ins keep themselves up to date, and rows with a form are told apart by id', async () => {
    const api = await aDashboard(aStore())
    const browser = await api.signedIn()
    for (const page of ['keys', 'sign-ins']) {
      const { text } = await browser.show(`/dashboard/test/${page}`)
      const live = text.slice(text.indexOf('id="live"'), text.indexOf('</main>'))
      expect([page, /<tr id="\w+"[^>]*>(?:(?!<\/tr>).)*<form/s.test(live)]).toEqual([page, true])
    }
  })

  test('a fault takes no place of what is shown', async () => {
    const api = await aDashboard(aStore())
    const browser = await api.signedIn()
    const headers = { 'hx-request': 'true' }
    const answer = await browser.show('/dashboard/test/flows/none', { headers })
    expect([answer.status, answer.headers.get('hx-reswap')]).toEqual([404, 'none'])
  })

  test('without it there is no dashboard', async () => {
    const api = await served()
    expect((await fetch(`${api.url}/dashboard`)).status).toBe(404)
  })
})
