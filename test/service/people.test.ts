import { describe, expect, test } from 'vitest'
import { placeIn } from '../../src/service/http/dashboard/people/place.js'
import { scopesOfRoles } from '../../src/service/operations/people/roles.js'
import { FILLING, FRESH } from '../../src/service/operations/people/sign-in.js'
import { storeOfTheLane } from '../store/stores.js'
import { aBrowser, aDashboard } from './dashboards.js'

const SESSIONS = '/v1/identity/verification_sessions'

async function aSession(api: Awaited<ReturnType<typeof aDashboard>>): Promise<string> {
  const provided_details = { email: 'person@example.com', phone: '+15555551212' }
  const options = { document: { require_id_number: true } }
  const { body } = await api.call('POST', SESSIONS, { body: { type: 'document', options, provided_details } })
  await api.call('POST', `/v1/test_helpers/identity/verification_sessions/${body.id}/submit`)
  return `/dashboard/test/verifications/${body.id}`
}

describe.each(storeOfTheLane)('a sign-in that is not fresh, on $name', (implementation) => {
  test('does not redact and touches no key; after a new link the person is back where the form was', async () => {
    const api = await aDashboard(implementation)
    const page = await aSession(api)
    const { body: key } = await api.call('POST', '/v1/api_keys', { body: { name: 'x' } })
    const keys = '/dashboard/test/keys?done=key_revoked'
    const browser = await api.signedIn()
    api.clock.now += FRESH
    // A look takes none.
    expect((await browser.send(page, page, { value: 'document.dob' })).status).toBe(200)
    for (const [place, path] of [
      [page, `${page}/redact`],
      [keys, `/dashboard/test/keys/${key.id}/revoke`],
    ] as const) {
      const asked = await browser.send(place, path, { sure: 'yes' })
      expect([asked.status, asked.text.includes('Sign in again')]).toEqual([403, true])
      const again = await browser.show(`/dashboard/sign-in?token=${await api.link()}`)
      expect([again.status, again.location]).toEqual([303, place.replace('?done=key_revoked', '')])
      expect((await browser.send(place, path, { sure: 'yes' })).status).toBe(303)
      api.clock.now += FRESH
    }
    expect((await api.call('GET', `/v1/api_keys/${key.id}`)).body.revoked_by).toBe('anna')
    // A form that would lose what is typed asks first.
    for (const name of ['new-key', 'new-endpoint']) {
      const form = `/dashboard/test/${name}`
      expect((await browser.show(form)).text).toContain('Sign in again')
    }
    expect((await api.call('GET', '/v1/api_keys')).body.data).toHaveLength(2)
    // One that was opened in time may be filled in.
    await browser.show(`/dashboard/sign-in?token=${await api.link()}`)
    const opened = '/dashboard/test/new-key'
    const [, form = ''] = /name="form" value="([^"]+)"/.exec((await browser.show(opened)).text) ?? []
    api.clock.now += FRESH + FILLING - 1
    expect((await browser.send(page, opened, { form, may: 'everything', name: 'x' })).text).toContain('sk_test_')
    api.clock.now += 1
    expect((await browser.send(page, opened, { form, may: 'everything', name: 'x' })).text).toContain('Sign in again')
  })

  test('gives way to the new one, in the same browser', async () => {
    const api = await aDashboard(implementation)
    const browser = await api.signedIn()
    const before = browser.cookie()
    await browser.show(`/dashboard/sign-in?token=${await api.link()}`)
    expect(browser.cookie()).not.toBe(before)
    const answer = await fetch(`${api.url}/dashboard/test/flows`, { headers: { cookie: before } })
    expect(answer.status).toBe(401)
  })
})

describe.each(storeOfTheLane)('sensitive values, on $name', (implementation) => {
  test('are hidden until somebody who may asks for one, and then that one alone is shown', async () => {
    const api = await aDashboard(implementation)
    const page = await aSession(api)
    const personal = /person@example\.com|15555551212|Test|1990|000000/
    for (const role of ['analyst', 'admin'] as const) {
      const browser = await api.signedIn(role)
      const { text } = await browser.show(page)
      expect(text.replace(/<p class="test-mode">.*?<\/p>|>Test</gs, '')).not.toMatch(personal)
      const offered = [...text.matchAll(/name="value" value="([^"]+)"/g)].map(([, name = '']) => name)
      expect(offered).toEqual(expect.arrayContaining(['provided_details.email', 'document.dob', 'id_number.id_number']))
      const shown: Record<string, string> = {}
      for (const value of offered) {
        const answer = await browser.send(page, page, { value })
        expect(answer.status).toBe(200)
        const outputs = [...answer.text.matchAll(/<output>(.*?)<\/output>/g)].map(([, one = '']) => one)
        expect(outputs).toHaveLength(1)
        shown[value] = outputs[0] ?? ''
      }
      expect(shown).toMatchObject({
        'provided_details.email': 'person@example.com',
        'document.dob': expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
        'document.first_name': 'Test',
      })
      expect(shown['document.address']).toMatch(/, /)
    }
    const { data } = await api.store.read((tx) => tx.auditLog.list({ action: 'session.value_shown' }, { limit: 100 }))
    expect(data.length).toBeGreaterThan(20)
  })

  test('are neither there nor offered for viewers and editors, nor once they are erased', async () => {
    const api = await aDashboard(implementation)
    const page = await aSession(api)
    for (const role of ['viewer', 'editor'] as const) {
      const browser = await api.signedIn(role)
      expect((await browser.show(page)).text).not.toContain('name="value"')
      expect((await browser.send(page, page, { value: 'document.dob' })).status).toBe(403)
    }
    const analyst = await api.signedIn('analyst')
    const looks = async () =>
      (await api.store.read((tx) => tx.auditLog.list({ action: 'session.value_shown' }, { limit: 100 }))).data
    // What is not offered is not shown, so nobody is recorded as having seen it.
    for (const value of ['__proto__', 'phone.phone']) {
      expect((await analyst.send(page, page, { value })).status).toBe(400)
    }
    expect(await looks()).toEqual([])
    expect((await analyst.post(page, { value: 'document.dob' })).status).toBe(403)
    await api.call('POST', `${SESSIONS}/${page.split('/').at(-1)}/redact`)
    expect((await analyst.show(page)).text).not.toContain('name="value"')
    expect((await analyst.send(page, page, { value: 'document.dob' })).status).toBe(400)
    expect(await looks()).toEqual([])
  })
})

describe.each(storeOfTheLane)('sign-ins, on $name', (implementation) => {
  test('are shown to admins, to others their own; whoever sees one may end it', async () => {
    const api = await aDashboard(implementation)
    const [anna, otto, elsewhere] = [
      await api.signedIn('admin'),
      await api.signedIn('viewer', 'otto'),
      await api.signedIn('viewer', 'otto'),
    ]
    const seen = async (browser: typeof anna) => {
      const { text } = await browser.show('/dashboard/test/sign-ins')
      return [...text.matchAll(/name="sign_in" value="([0-9a-f]{64})"/g)].map(([, hash = '']) => hash)
    }
    const [all, own] = [await seen(anna), await seen(otto)]
    expect([all.length, own.length]).toEqual([3, 2])
    const end = (browser: typeof anna, sign_in: string) =>
      browser.send('/dashboard/test/sign-ins', '/dashboard/test/sign-ins/end', { sign_in })
    const annas = all.find((hash) => !own.includes(hash)) ?? ''
    expect((await end(otto, annas)).status).toBe(404)
    expect((await end(anna, 'x'.repeat(10_000))).status).toBe(404)
    expect((await otto.send('/dashboard/test/sign-ins', '/dashboard/sign-out', { everywhere: 'yes' })).status).toBe(200)
    expect((await elsewhere.show('/dashboard/test/flows')).status).toBe(401)
    expect(await seen(anna)).toEqual([annas])
    const late = await api.signedIn('viewer', 'otto')
    const [ottos = ''] = (await seen(anna)).filter((hash) => hash !== annas)
    expect((await end(anna, ottos)).location).toBe('/dashboard/test/sign-ins?done=sign_in_ended')
    expect((await late.show('/dashboard/test/flows')).status).toBe(401)
    const { data } = await api.store.read((tx) => tx.auditLog.list({ action: 'sign_in.revoked' }, { limit: 10 }))
    expect(data.map(({ actor, object }) => [actor, object])).toEqual([
      ['local:anna', 'local:otto'],
      ['local:otto', 'local:otto'],
    ])
  })

  test('are tried so often from one address, and no more', async () => {
    const api = await aDashboard(implementation)
    const statuses = new Set<number>()
    for (let tries = 0; tries < 62; tries += 1) {
      statuses.add((await aBrowser(api.url).show('/dashboard/sign-in?token=x')).status)
    }
    expect([...statuses]).toEqual([410, 429])
  })
})

describe('coming back', () => {
  test.each([
    ['/dashboard/test/flows/a?search=b', '/dashboard/test/flows/a?search=b'],
    ['https://flows.example.com/dashboard/live/keys', '/dashboard/live/keys'],
    ['//evil.example/dashboard/test/flows', '/dashboard/test/flows'],
    ['/dashboard/test/../../..//evil.example', undefined],
    ['/dashboard/sign-in?token=x', undefined],
    ['/dashboard/test/%5c..%5cevil', '/dashboard/test/%5c..%5cevil'],
    ['\\\\evil.example', undefined],
    ['https://evil.example', undefined],
    ['javascript:alert(1)//dashboard/test/flows', undefined],
    ['/dashboard/elsewhere/flows', undefined],
    [`/dashboard/test/${'x'.repeat(3_000)}`, undefined],
    ['', undefined],
  ])('from %s leads to %s, and never to another host', (address, place) => {
    expect(placeIn(address)).toBe(place)
  })

  test.each([
    ['viewer', ['flows:read', 'sessions:read']],
    ['viewer editor', ['flows:read', 'sessions:read', 'flows:write']],
    ['viewer admin', null],
    ['nobody', []],
    ['constructor', []],
  ])('the roles "%s" may do %s', (roles, scopes) => {
    expect(scopesOfRoles(roles)).toEqual(scopes)
  })
})
