import { OAuth2Issuer, OAuth2Service } from 'oauth2-mock-server'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { groupsIn, nameIn, rolesOf } from '../../src/oidc/claims.js'
import { type OidcSettings, openIdConnect } from '../../src/oidc/openid-connect.js'
import { FRESH } from '../../src/service/operations/people/sign-in.js'
import { aConnectProxy } from './connect-proxy.js'
import { aBrowser, aDashboard } from './dashboards.js'
import { aCertifiedProvider, listening, ROLES, seconds, settingsFor } from './identity-providers.js'

type Payload = Record<string, unknown>

/** A provider that signs in everybody at once, and says what a test lets it say. */
async function aMockProvider() {
  const issuer = new OAuth2Issuer(undefined)
  await issuer.keys.generate('RS256')
  const service = new OAuth2Service(issuer, undefined)
  /** Paths that get no answer. */
  const away = new Set<string>()
  const claims: Payload = { groups: ['staff'], name: 'Ada', auth_time: seconds() }
  service.on('beforeTokenSigning', ({ payload }: { payload: Payload }) => Object.assign(payload, claims))
  issuer.url = await listening((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://localhost')
    if (away.has('everything') || away.has(pathname)) request.socket.destroy()
    else service.requestHandler(request, response)
  })
  return { url: issuer.url, service, claims, away }
}

async function aDashboardWith(issuer: string, more: Partial<OidcSettings> = {}) {
  const clock = { ahead: 0 }
  const provider = openIdConnect(settingsFor(issuer, more), () => Date.now() + clock.ahead)
  const api = await aDashboard(undefined, { provider, now: seconds })
  const refusals = async () => {
    const { data } = await api.store.read((tx) => tx.auditLog.list({ action: 'sign_in.refused' }, { limit: 100 }))
    return data.map(({ detail }) => detail)
  }
  return { ...api, refusals, issuerClock: clock }
}

type Mock = Awaited<ReturnType<typeof aMockProvider>>

/** The way back from the provider, not yet taken. */
async function wayBack(browser: ReturnType<typeof aBrowser>): Promise<URL> {
  const { location } = await browser.show('/dashboard/sign-in/oidc')
  const { location: back } = await browser.show(location ?? '')
  return new URL(back ?? '')
}

describe('signing in at an identity provider', () => {
  test('proves who somebody is, gives the roles of their groups, and leads to the page that was asked for', async () => {
    const mock = await aMockProvider()
    const api = await aDashboardWith(mock.url)
    mock.claims.groups = ['staff', 'others', 'kyc']
    const browser = aBrowser(api.url)
    const asked = await browser.show('/dashboard/live/verifications?status=verified')
    expect([asked.status, asked.text.includes(`Sign in at ${new URL(mock.url).host}`)]).toEqual([401, true])
    const shown = await browser.follow('/dashboard/sign-in/oidc')
    expect([shown.status, shown.address]).toEqual([200, `${api.url}/dashboard/live/verifications?status=verified`])
    expect(shown.text).toMatch(/Ada.*\(analyst viewer\)/)
    expect((await browser.show('/dashboard/test/events')).status).toBe(200)
    expect((await browser.show('/dashboard/test/keys')).status).toBe(403)
    const [signIn] = await api.store.read((tx) => tx.signIns.current({ now: 0, seenSince: 0 }, 'oidc:johndoe', 10))
    expect(signIn).toMatchObject({ method: 'oidc', role: 'analyst viewer', authenticated: mock.claims.auth_time })
  })

  test('goes through the proxy that a variable names', async () => {
    const mock = await aMockProvider()
    const { host, port } = new URL(mock.url)
    const proxy = await aConnectProxy({ to: Number(port) })
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${proxy.port}`)
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const api = await aDashboardWith(mock.url)
    expect((await aBrowser(api.url).follow('/dashboard/sign-in/oidc')).status).toBe(200)
    expect(new Set(proxy.asked.map(({ target }) => target))).toEqual(new Set([host]))
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:1')
    const away = await aDashboardWith(mock.url)
    expect((await aBrowser(away.url).show('/dashboard/sign-in/oidc')).status).toBe(503)
  })

  test('asks with PKCE, a state and a nonce, each new, and keeps them in a cookie of this browser only', async () => {
    const mock = await aMockProvider()
    const publicUrl = 'https://flows.example.com'
    const api = await aDashboard(undefined, { provider: openIdConnect(settingsFor(mock.url)), now: seconds, publicUrl })
    const begin = async () => {
      const answer = await fetch(`${api.url}/dashboard/sign-in/oidc`, { redirect: 'manual' })
      const { searchParams } = new URL(answer.headers.get('location') ?? '')
      return { query: Object.fromEntries(searchParams), cookie: answer.headers.get('set-cookie') ?? '' }
    }
    const [one, other] = [await begin(), await begin()]
    expect(one.query).toMatchObject({
      client_id: 'flows',
      response_type: 'code',
      scope: 'openid profile',
      code_challenge_method: 'S256',
      redirect_uri: 'https://flows.example.com/dashboard/sign-in/oidc/callback',
    })
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(one.query[name]?.length).toBeGreaterThan(40)
      expect(one.query[name]).not.toBe(other.query[name])
    }
    const [pair = '', ...flags] = one.cookie.split('; ')
    expect(pair).toMatch(/^__Host-flows-pending=/)
    expect(flags.toSorted()).toEqual(['HttpOnly', 'Max-Age=600', 'Path=/', 'SameSite=Lax', 'Secure'])
  })

  test('gives a new secret each time, whatever cookie the browser came with, and ends the sign-in before', async () => {
    const mock = await aMockProvider()
    const api = await aDashboardWith(mock.url)
    const browser = aBrowser(api.url)
    await browser.follow('/dashboard/sign-in/oidc')
    const first = browser.cookie()
    await browser.follow('/dashboard/sign-in/oidc')
    expect(browser.cookie()).toMatch(/^flows=browser_[0-9a-z]{38}$/)
    expect(browser.cookie()).not.toBe(first)
    expect((await fetch(`${api.url}/dashboard/test/flows`, { headers: { cookie: first } })).status).toBe(401)
  })

  const wrong: readonly (readonly [string, (mock: Mock) => void, status: number, reason: string])[] = [
    [
      'another issuer',
      ({ claims }) => Object.assign(claims, { iss: 'https://evil.example' }),
      403,
      'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
    ],
    [
      'another audience',
      ({ claims }) => Object.assign(claims, { aud: 'others' }),
      403,
      'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
    ],
    [
      'another nonce',
      ({ claims }) => Object.assign(claims, { nonce: 'x'.repeat(43) }),
      403,
      'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
    ],
    [
      'a token that has expired',
      ({ claims }) => Object.assign(claims, { exp: seconds() - 3600 }),
      403,
      'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
    ],
    ['keys that cannot be fetched', ({ away }) => away.add('/jwks'), 503, 'UND_ERR_SOCKET'],
    ['a token endpoint that is away', ({ away }) => away.add('/token'), 503, 'UND_ERR_SOCKET'],
    [
      'a key that is not the issuer’s',
      ({ service }) =>
        service.on('beforeTokenSigning', ({ header }: { header: Payload }) => Object.assign(header, { kid: 'other' })),
      403,
      'OAUTH_KEY_SELECTION_FAILED',
    ],
    ['no groups', ({ claims }) => Object.assign(claims, { groups: undefined }), 403, 'no_group'],
    ['groups without a role', ({ claims }) => Object.assign(claims, { groups: ['others', 7] }), 403, 'no_group'],
    ['a subject that is none', ({ claims }) => Object.assign(claims, { sub: 'a\u0000b' }), 403, 'subject_invalid'],
    [
      'no id token',
      ({ service }) =>
        service.on('beforeResponse', ({ body }: { body: Payload }) => Object.assign(body, { id_token: undefined })),
      403,
      'OAUTH_INVALID_RESPONSE',
    ],
    [
      'a refusal of the provider',
      ({ service }) =>
        service.on('beforeAuthorizeRedirect', ({ url }: { url: URL }) => {
          url.searchParams.delete('code')
          url.searchParams.set('error', 'access_denied')
          url.searchParams.set('error_description', 'Ada Lovelace may not')
        }),
      403,
      'access_denied',
    ],
  ]
  test.each(wrong)(
    'with %s signs nobody in, and says in the audit log why',
    async (_what, sabotage, status, reason) => {
      const mock = await aMockProvider()
      const api = await aDashboardWith(mock.url)
      sabotage(mock)
      const browser = aBrowser(api.url)
      const shown = await browser.follow('/dashboard/sign-in/oidc')
      expect([shown.status, browser.cookie()]).toEqual([status, ''])
      expect(shown.text).not.toMatch(/Ada|<nav/)
      expect(await api.refusals()).toEqual([`oidc: ${reason}`])
      expect(await api.store.read((tx) => tx.signIns.current({ now: 0, seenSince: 0 }, undefined, 10))).toEqual([])
    },
  )

  test('takes a way back once, from the browser that began it, with its own state', async () => {
    const mock = await aMockProvider()
    const api = await aDashboardWith(mock.url)
    const browser = aBrowser(api.url)
    const back = await wayBack(browser)
    const pending = browser.cookie()
    expect((await aBrowser(api.url).show(back.href)).status).toBe(403)
    const other = aBrowser(api.url)
    await wayBack(other)
    expect((await other.show(back.href)).status).toBe(403)
    const changed = new URL(back)
    changed.searchParams.set('state', 'x')
    const changing = await fetch(changed, { redirect: 'manual', headers: { cookie: pending } })
    expect(changing.status).toBe(403)
    expect((await browser.show(back.href)).status).toBe(303)
    // The browser keeps no way back, and the provider takes no code twice.
    const again = await fetch(back, { redirect: 'manual', headers: { cookie: pending } })
    expect([again.status, again.headers.get('set-cookie')]).toEqual([403, expect.not.stringContaining('browser_')])
    for (const cookie of [
      'x',
      Buffer.from('[]').toString('base64url'),
      Buffer.from('{"state":1}').toString('base64url'),
    ]) {
      const answer = await fetch(back, { redirect: 'manual', headers: { cookie: `flows-pending=${cookie}` } })
      expect(answer.status).toBe(403)
    }
    expect(new Set(await api.refusals())).toEqual(
      new Set(['oidc: not_begun_here', 'oidc: OAUTH_INVALID_RESPONSE', 'oidc: invalid_request']),
    )
  })

  test('waits for a provider that is away, says so, and lets links work meanwhile', async () => {
    const mock = await aMockProvider()
    mock.away.add('everything')
    const api = await aDashboardWith(mock.url)
    const browser = aBrowser(api.url)
    const asked = await browser.show('/dashboard/test/flows')
    expect([asked.status, asked.text.includes('does not answer at the moment')]).toEqual([401, true])
    expect((await browser.show('/dashboard/sign-in/oidc')).status).toBe(503)
    api.clock.now = seconds()
    expect((await browser.show(`/dashboard/sign-in?token=${await api.link()}`)).location).toBe('/dashboard/test/flows')
    mock.away.clear()
    api.issuerClock.ahead += 5_000
    expect((await aBrowser(api.url).show('/dashboard/test/flows')).text).toContain('Sign in at')
    // Once known, it is not asked again for a while, and what was known holds when it is away later.
    api.issuerClock.ahead += 2 * 60 * 60 * 1000
    mock.away.add('everything')
    for (let times = 0; times < 2; times += 1) {
      expect((await browser.show('/dashboard/sign-in/oidc')).status).toBe(303)
    }
    // The page says that it is away again, and from when on it answers.
    const away = async () => (await aBrowser(api.url).show('/dashboard/test/flows')).text.includes('does not answer')
    expect(await away()).toBe(true)
    mock.away.clear()
    expect(await away()).toBe(true)
    api.issuerClock.ahead += 5_000
    expect(await away()).toBe(false)
    mock.away.add('everything')
    api.issuerClock.ahead += 5_000
    expect(await away()).toBe(true)
  })

  test('is asked for again before something grave, and an old proof is not taken for a new one', async () => {
    const mock = await aMockProvider()
    const api = await aDashboardWith(mock.url)
    Object.assign(mock.claims, { groups: ['root'], auth_time: seconds() - 3600 })
    const { body: key } = await api.call('POST', '/v1/api_keys', { body: { name: 'x' } })
    const browser = aBrowser(api.url)
    await browser.follow('/dashboard/sign-in/oidc')
    const [page, form] = ['/dashboard/test/keys', `/dashboard/test/keys/${key.id}/revoke`]
    const asked = await browser.send(page, form, { sure: 'yes' })
    const again = '/dashboard/sign-in/oidc?again'
    expect([asked.status, asked.text.includes(`href="${again}"`)]).toEqual([403, true])
    const { location } = await browser.show(again)
    expect(new URL(location ?? '').searchParams.get('prompt')).toBe('login')
    expect((await browser.follow(again)).status).toBe(403)
    mock.claims.auth_time = undefined
    expect((await browser.follow(again)).status).toBe(403)
    mock.claims.auth_time = seconds()
    expect((await browser.follow(again)).address).toBe(`${api.url}${page}`)
    expect((await browser.send(page, form, { sure: 'yes' })).status).toBe(303)
    expect((await api.call('GET', `/v1/api_keys/${key.id}`)).body.revoked_by).toBe('Ada')
  })

  test('ends here and there', async () => {
    const mock = await aMockProvider()
    const api = await aDashboardWith(mock.url)
    const browser = aBrowser(api.url)
    await browser.follow('/dashboard/sign-in/oidc')
    const out = await browser.send('/dashboard/test/flows', '/dashboard/sign-out')
    const [, next = ''] = /http-equiv="refresh" content="0; url=([^"]+)"/.exec(out.text) ?? []
    const there = new URL(next.replaceAll('&amp;', '&'))
    expect([there.origin, there.searchParams.get('client_id')]).toEqual([mock.url, 'flows'])
    expect((await browser.follow(there.href)).address).toBe(`${api.url}/dashboard/signed-out`)
    expect((await browser.show('/dashboard/test/flows')).status).toBe(401)
  })
})

test('somebody signs in at a certified provider with a password, and again for something grave', async () => {
  const { url, provider, serve } = await aCertifiedProvider()
  let ahead = 0
  const api = await aDashboard(undefined, { provider, now: () => seconds() + ahead })
  serve(api.url)
  const browser = aBrowser(api.url)
  const prompts: string[] = []
  /** Fills in the provider's own pages until it leads back. */
  const signIn = async (path: string) => {
    let shown = await browser.follow(path)
    for (let pages = 0; pages < 4 && shown.address.startsWith(url); pages += 1) {
      const [, action = ''] = /<form[^>]+action="([^"]+)"/.exec(shown.text) ?? []
      const [, prompt = ''] = /name="prompt" value="(\w+)"/.exec(shown.text) ?? []
      prompts.push(prompt)
      const fields = { prompt, ...(prompt === 'login' && { login: 'ada', password: 'x' }) }
      const { location } = await browser.post(new URL(action, shown.address).href, fields)
      shown = await browser.follow(new URL(location ?? '', shown.address).href)
    }
    return shown
  }
  await browser.show('/dashboard/test/keys')
  const shown = await signIn('/dashboard/sign-in/oidc')
  expect([shown.status, shown.address]).toEqual([200, `${api.url}/dashboard/test/keys`])
  expect(shown.text).toContain('Name of ada')
  // The provider says when somebody proved who they are, because it is asked: the sign-in is fresh.
  const revoke = async () => {
    const { body: key } = await api.call('POST', '/v1/api_keys', { body: { name: 'x' } })
    return browser.send('/dashboard/test/keys', `/dashboard/test/keys/${key.id}/revoke`, { sure: 'yes' })
  }
  expect((await revoke()).status).toBe(303)
  ahead = FRESH + 1
  expect((await revoke()).status).toBe(403)
  expect(prompts.filter((prompt) => prompt === 'login')).toHaveLength(1)
  expect((await signIn('/dashboard/sign-in/oidc?again')).address).toBe(`${api.url}/dashboard/test/keys`)
  expect(prompts.filter((prompt) => prompt === 'login')).toHaveLength(2)
  ahead = 0
  expect((await revoke()).status).toBe(303)
})

describe('what a provider says of a person', () => {
  test.each([
    [{ groups: ['a', 7, 'b'] }, 'groups', ['a', 'b']],
    [{ groups: 'a' }, 'groups', ['a']],
    [{ 'https://example.com/groups': ['a'] }, 'https://example.com/groups', ['a']],
    [{ realm: { roles: ['a'] } }, 'realm.roles', ['a']],
    [{ realm: null }, 'realm.roles', undefined],
    [{ groups: { a: true } }, 'groups', undefined],
    [{}, 'constructor', undefined],
    [{}, '__proto__.groups', undefined],
  ])('%j has the groups of the claim %s: %j', (claims, name, groups) => {
    expect(groupsIn(claims, name)).toEqual(groups)
  })

  test.each([
    [{ sub: '1', name: 'Ada' }, 'Ada'],
    [{ sub: '1', name: ' ', preferred_username: 'ada' }, 'ada'],
    [{ sub: '1', name: 7, email: 'ada@example.com' }, 'ada@example.com'],
    [{ sub: '1' }, '1'],
    [{ sub: '1', name: 'A\n\u0000\u202eb' }, 'A b'],
  ])('%j is called %s', (claims, name) => {
    expect(nameIn(claims)).toBe(name)
    expect(nameIn({ ...claims, name: '𝒜'.repeat(1_000) })).toHaveLength(400)
  })

  test('each role is given once, in the order of the settings', () => {
    expect(rolesOf(['root', 'kyc', 'none'], [...ROLES, ['kyc', 'admin']])).toEqual(['analyst', 'admin'])
  })
})
