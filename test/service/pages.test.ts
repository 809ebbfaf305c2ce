import { describe, expect, test } from 'vitest'
import { MOST_VISITS } from '../../src/service/operations/flows/static-links.js'
import { type Implementation, storeOfTheLane } from '../store/stores.js'
import { type Served, served } from './serving.js'

const FLOWS = '/v1/identity/verification_flows'
const SESSIONS = '/v1/identity/verification_sessions'
const DAY = 24 * 60 * 60

async function withLink(implementation: Implementation, body: object = {}): Promise<Served & { link: string }> {
  const api = await served({ implementation, processing: 0 })
  const flow = await api.call('POST', FLOWS, {
    body: { key: 'a', name: 'A', type: 'document', static_link: { active: true }, ...body },
  })
  return { ...api, link: flow.body.static_link.url }
}

interface Shown {
  /** Where it leads to. */
  readonly leadsTo: string
  readonly status: number
  readonly text: string
  readonly headers: Headers
}

async function show(url: string, init: RequestInit = {}): Promise<Shown> {
  const response = await fetch(url, { redirect: 'manual', ...init })
  const leadsTo = new URL(response.headers.get('location') ?? '', url).href
  return { leadsTo, status: response.status, text: await response.text(), headers: response.headers }
}

function post(url: string, fields: Record<string, string>): Promise<Shown> {
  return show(url, { method: 'POST', body: new URLSearchParams(fields) })
}

async function sessions(api: Served) {
  return (await api.call('GET', `${SESSIONS}?limit=100`)).body.data
}

describe.each(storeOfTheLane)('a static link, on $name', (implementation) => {
  test('that is looked at makes nothing, however often', async () => {
    const api = await withLink(implementation)
    for (let count = 0; count < 3; count += 1) expect((await show(api.link)).status).toBe(200)
    expect(await sessions(api)).toEqual([])
  })

  test('makes one session for a person, who is led to its page', async () => {
    const api = await withLink(implementation)
    const first = await post(api.link, { email: ' Person@example.com ', client_reference_id: 'order-7' })
    expect(first.status).toBe(303)
    expect(first.leadsTo).toContain(`${api.url}/verify/`)
    await post(api.link, { email: 'person@EXAMPLE.com', client_reference_id: 'order-7' })
    expect(await sessions(api)).toMatchObject([
      {
        type: 'verification_flow',
        client_reference_id: 'order-7',
        provided_details: { email: 'Person@example.com' },
        verification_flow_version: 1,
      },
    ])
    await post(api.link, { email: 'person@example.com', client_reference_id: 'order-8' })
    await post(api.link, { email: 'other@example.com' })
    expect(await sessions(api)).toHaveLength(3)
  })

  test('makes one session of two forms that arrive at once', async () => {
    const api = await withLink(implementation)
    const answers = await Promise.all([1, 2, 3, 4].map(() => post(api.link, { email: 'a@example.com' })))
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303, 303])
    expect(await sessions(api)).toHaveLength(1)
  })

  test('makes another session once something was done with the first: nobody sees what became of another person', async () => {
    const api = await withLink(implementation)
    const first = await post(api.link, { email: 'a@example.com' })
    await post(first.leadsTo, { outcome: 'under_supported_age' })
    const second = await post(api.link, { email: 'a@example.com' })
    expect((await show(second.leadsTo)).text).not.toContain('did not succeed')
    expect(await sessions(api)).toHaveLength(2)
  })

  test('makes another session after an hour, and when the flow has changed', async () => {
    const api = await withLink(implementation)
    await post(api.link, { email: 'a@example.com' })
    await api.call('POST', `${FLOWS}/a`, { body: 'options[document][require_live_capture]=true' })
    await post(api.link, { email: 'a@example.com' })
    api.clock.now += 60 * 60 + 1
    await post(api.link, { email: 'a@example.com' })
    const made = await sessions(api)
    expect(made.map((one: { verification_flow_version: number }) => one.verification_flow_version)).toEqual([2, 2, 1])
  })

  test.each(['%00', '%00abc', 'a'.repeat(500)])('that nobody made is not found: /l/%s', async (token) => {
    const api = await withLink(implementation)
    expect((await show(`${api.url}/l/${token}`)).status).toBe(404)
    expect((await post(`${api.url}/l/${token}`, { email: 'a@example.com' })).status).toBe(404)
  })

  test('that is inactive, rotated or of an archived flow is a page that tells nothing, while the API goes on', async () => {
    const api = await withLink(implementation)
    const unknown = await show(`${api.url}/l/none`)
    expect(unknown.status).toBe(404)
    const isDead = async () => {
      const [seen, sent] = [await show(api.link), await post(api.link, { email: 'a@example.com' })]
      expect([seen.status, sent.status]).toEqual([404, 404])
      expect([seen.text, sent.text]).toEqual([unknown.text, unknown.text])
    }
    await api.call('POST', `${FLOWS}/a/static_link`, { body: 'active=false' })
    await isDead()
    expect((await api.call('POST', SESSIONS, { body: 'verification_flow=a' })).status).toBe(200)
    const rotated = await api.call('POST', `${FLOWS}/a/static_link`, { body: 'active=true&rotate=true' })
    await isDead()
    expect((await show(rotated.body.static_link.url)).status).toBe(200)
    await api.call('POST', `${FLOWS}/a/archive`)
    expect((await show(rotated.body.static_link.url)).status).toBe(404)
  })

  test('belongs to the mode of its flow', async () => {
    const api = await served({ implementation })
    const body = { key: 'live', name: 'A', type: 'document', static_link: { active: true } }
    const flow = (await api.call('POST', FLOWS, { key: api.liveKey, body })).body
    const { leadsTo } = await post(flow.static_link.url, { email: 'a@example.com' })
    expect(await sessions(api)).toEqual([])
    const { data } = (await api.call('GET', SESSIONS, { key: api.liveKey })).body
    expect(data).toMatchObject([{ livemode: true, verification_flow: flow.id }])
    const page = await show(leadsTo)
    expect(page.text).toContain('cannot verify anybody yet')
    expect(page.text).not.toContain('Test mode')
    expect((await post(leadsTo, { outcome: 'verified' })).status).toBe(400)
  })

  test(`brings ${MOST_VISITS} people a minute from one address`, async () => {
    const api = await withLink(implementation)
    const statuses: number[] = []
    for (let n = 0; n <= MOST_VISITS; n += 1) {
      statuses.push((await post(api.link, { email: `a${n}@example.com` })).status)
    }
    expect(statuses).toEqual([...Array.from({ length: MOST_VISITS }, () => 303), 429])
    expect((await show(api.link)).status).toBe(200)
    api.clock.now += 60
    expect((await post(api.link, { email: 'later@example.com' })).status).toBe(303)
  })

  test.each([
    [{ email: 'nobody' }, 'Enter an email address, such as name@example.com.'],
    [{}, 'Enter an email address, such as name@example.com.'],
    [{ email: 'a@example.com', client_reference_id: 'r'.repeat(5001) }, 'carries something that is too long'],
  ])('refuses %j on the page itself', async (fields, message) => {
    const api = await withLink(implementation)
    const { status, text } = await post(api.link, fields as Record<string, string>)
    expect(status).toBe(400)
    expect(text).toContain(message)
    expect(await sessions(api)).toEqual([])
  })
})

describe.each(storeOfTheLane)('the page of a session, on $name', (implementation) => {
  async function aSession(api: Served, body: object = { type: 'document' }) {
    return (await api.call('POST', SESSIONS, { body })).body
  }

  test('opens by its url for 48 hours, and by its client secret for 24', async () => {
    const api = await served({ implementation, processing: 0 })
    const { url, client_secret } = await aSession(api)
    const secret = `${api.url}/verify/${client_secret}`
    const statuses = async () => [(await show(url)).status, (await show(secret)).status]
    expect(await statuses()).toEqual([200, 200])
    api.clock.now += DAY
    expect(await statuses()).toEqual([200, 200])
    api.clock.now += 1
    expect(await statuses()).toEqual([200, 410])
    api.clock.now += DAY - 1
    expect(await statuses()).toEqual([200, 410])
    api.clock.now += 1
    expect(await statuses()).toEqual([410, 410])
    expect((await show(url)).text).toContain('This link has expired')
  })

  test('is used up by one submission, and opens again by a url of later', async () => {
    const api = await served({ implementation, processing: 0 })
    const { id, url, client_secret } = await aSession(api)
    expect(await post(url, { outcome: 'document_expired' })).toMatchObject({ status: 303 })
    for (const old of [url, `${api.url}/verify/${client_secret}`]) {
      expect(await show(old)).toMatchObject({ status: 410, text: expect.stringContaining('This link is used up') })
      expect((await post(old, { outcome: 'verified' })).status).toBe(410)
    }
    const later = (await api.call('GET', `${SESSIONS}/${id}`)).body
    expect(later.status).toBe('requires_input')
    expect((await show(later.url)).status).toBe(200)
  })

  test('notes when it was opened first, and when it was submitted first', async () => {
    const api = await served({ implementation, processing: 0 })
    const { id, url } = await aSession(api)
    const times = async () => {
      const found = await api.store.read((tx) => tx.sessions.byId(false, id))
      return [found?.started, found?.submitted]
    }
    const created = api.clock.now
    expect(await times()).toEqual([null, null])
    for (const later of [1, 2]) {
      api.clock.now = created + later
      expect((await show(url)).status).toBe(200)
    }
    expect(await times()).toEqual([created + 1, null])
    // Whoever gives up has submitted nothing.
    await post(url, { outcome: 'abandoned' })
    expect(await times()).toEqual([created + 1, null])
    for (const outcome of ['document_expired', 'verified']) {
      await post((await api.call('GET', `${SESSIONS}/${id}`)).body.url, { outcome })
      api.clock.now += 1
    }
    expect(await times()).toEqual([created + 1, created + 2])
  })

  test('is submitted once, though two forms arrive at once', async () => {
    const api = await served({ implementation, processing: 0 })
    const { id, url } = await aSession(api)
    const answers = await Promise.all([1, 2, 3].map(() => post(url, { outcome: 'document_expired' })))
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 410, 410])
    const reports = await api.call('GET', `/v1/identity/verification_reports?verification_session=${id}`)
    expect(reports.body.data).toHaveLength(1)
  })

  test.each(['cancel', 'redact'])('is gone after a %s', async (action) => {
    const api = await served({ implementation, processing: 0 })
    const { id, url } = await aSession(api)
    await api.call('POST', `${SESSIONS}/${id}/${action}`)
    expect(await show(url)).toMatchObject({ status: 410, text: expect.stringContaining('was canceled') })
    // A guess learns nothing of it.
    const guess = `${url.slice(0, -1)}${url.endsWith('A') ? 'B' : 'A'}`
    expect(await show(guess)).toMatchObject({ status: 410, text: expect.stringContaining('This link is used up') })
  })

  test('does not open by a token that is changed in any place', async () => {
    const api = await served({ implementation, processing: 0 })
    const { url } = await aSession(api)
    const token = url.split('/verify/')[1] as string
    for (let place = 0; place < token.length; place += 1) {
      const changed = token.slice(0, place) + (token[place] === 'a' ? 'b' : 'a') + token.slice(place + 1)
      if (changed === token) continue
      expect([404, 410]).toContain((await show(`${api.url}/verify/${changed}`)).status)
    }
    for (const nonsense of ['x', token.slice(1), `${token}a`, '%00', '..%2f..%2f']) {
      expect((await show(`${api.url}/verify/${nonsense}`)).status).toBe(404)
    }
  })

  test('takes only outcomes that its checks can have', async () => {
    const api = await served({ implementation, processing: 0 })
    const { id, url } = await aSession(api)
    for (const outcome of ['selfie_face_mismatch', '', 'canceled']) {
      expect((await post(url, { outcome })).status).toBe(400)
    }
    expect((await api.call('GET', `${SESSIONS}/${id}`)).body.status).toBe('requires_input')
  })

  test.each([
    ['https://example.com/done?a=1', 'https://example.com/done?a=1'],
    ['https://例え.jp/日本?a="b', 'https://xn--r8jz45g.jp/%E6%97%A5%E6%9C%AC?a=%22b'],
  ])('leads on to the return address of the session by itself, and by a link: %s', async (return_url, href) => {
    const api = await served({ implementation, processing: 0 })
    const { url } = await aSession(api, { type: 'document', return_url })
    const { status, text } = await post(url, { outcome: 'verified' })
    expect(status).toBe(200)
    expect(text).toContain(`<meta http-equiv="refresh" content="0; url=${href}"`)
    expect(text).toContain(`<a href="${href}">`)
  })

  test('leads to a page of its own where nothing else is said', async () => {
    const api = await served({ implementation, processing: 0 })
    const { url } = await aSession(api)
    expect(await post(url, { outcome: 'verified' })).toMatchObject({ status: 303, leadsTo: `${api.url}/verify/done` })
  })
})

describe.each(storeOfTheLane)('every page, on $name', (implementation) => {
  test('escapes what it shows', async () => {
    const name = `"><img src=x onerror=alert(1)> ' &amp;`
    const api = await withLink(implementation, { name })
    const { text } = await show(`${api.link}?prefilled_email=${encodeURIComponent(`"><script>`)}`)
    expect(text).not.toMatch(/<img|<script/)
    expect(text).toContain('value="&quot;>&lt;script>"')
  })

  test('runs nothing, is framed by nobody, tells no other site its address, and is kept by no cache', async () => {
    const api = await withLink(implementation)
    const { url } = (await api.call('POST', SESSIONS, { body: 'verification_flow=a' })).body
    for (const address of [api.link, url, `${api.url}/verify/done`, `${api.url}/l/none`]) {
      const { headers } = await show(address)
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*frame-ancestors 'none'/)
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'request-id': expect.stringMatching(/^req_/),
      })
    }
  })

  test('leaves no address, reference or token in the log', async () => {
    const api = await withLink(implementation)
    const { leadsTo } = await post(`${api.link}?prefilled_email=canary%40example.com`, {
      email: 'canary@example.com',
      client_reference_id: 'canary-7',
    })
    await post(leadsTo, { outcome: 'verified' })
    const log = JSON.stringify(api.log)
    expect(log).toContain('/verify/:token')
    expect(log).not.toMatch(/canary/)
    expect(log).not.toContain(api.link.split('/l/')[1])
  })

  test('takes a form up to a bound', async () => {
    const api = await withLink(implementation)
    const { status, headers } = await post(api.link, { email: 'a'.repeat(200_000) })
    expect(status).toBe(413)
    expect(headers.get('content-type')).toContain('text/html')
  })
})
