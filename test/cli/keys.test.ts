import { describe, expect, test } from 'vitest'
import { createKey } from '../../src/service/operations/keys/keys.js'
import { aFolder, aProject, flows } from '../helpers/cli.js'
import { served, TESTER } from '../service/serving.js'

const create = (cwd: string, ...args: string[]) => flows(['keys', 'create', '--name', 'ci', ...args], { cwd })

/** Seconds from now, roughly: the program has a clock of its own. */
const inDays = (days: number) => Math.floor(Date.now() / 1000) + days * 24 * 60 * 60

describe('flows keys create', () => {
  test('makes a restricted key with scopes, which may be repeated or listed', async () => {
    const cwd = aProject()
    for (const scopes of [
      ['--scope', 'flows:read', 'deployments:write'],
      ['--scope', 'flows:read', '--scope', 'deployments:write'],
    ]) {
      const { code, stdout, stderr } = await create(cwd, '--json', '--mode', 'live', ...scopes)
      expect(code, stderr).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({
        type: 'restricted',
        livemode: true,
        scopes: ['flows:read', 'deployments:write'],
        key: expect.stringMatching(/^rk_live_[0-9a-z]{38}$/),
      })
    }
  })

  test('refuses a scope that there is not, and makes no key', async () => {
    const cwd = aProject()
    const { code, stderr } = await create(cwd, '--scope', 'flows:reed')
    expect(code).toBe(64)
    expect(stderr).toContain('flows:read')
    expect((await flows(['keys', 'list', '--json'], { cwd })).stdout).toContain('"data": []')
  })

  test('makes a key that ends after days, or on a day', async () => {
    const cwd = aProject()
    const days = JSON.parse((await create(cwd, '--json', '--expires', '90d')).stdout)
    expect(Math.abs(days.expires - inDays(90))).toBeLessThan(60)
    const day = new Date(inDays(100) * 1000).toISOString().slice(0, 10)
    const { stderr } = await create(cwd, '--expires', day)
    expect(stderr).toContain(`until ${day} 00:00 UTC`)
  })

  test.each(['soon', '90', '2027-02-30', '27-01-31', '0d', '2020-01-31', '99999d'])(
    'refuses to end it at %s',
    async (expires) => {
      const { code, stdout } = await create(aProject(), '--expires', expires)
      expect([code, stdout]).toEqual([64, ''])
    },
  )
})

/** A project with a service of its own, and the keys of both modes. */
async function atService() {
  const api = await served()
  const environment = (name: string, mode: string) =>
    `  ${name}: { mode: ${mode}, api: "${api.url}", api_key_env: FLOWS_${name.toUpperCase()}_KEY }\n`
  const config = `project: acme-kyc\nenvironments:\n  local: {}\n${environment('test', 'test')}${environment('live', 'live')}`
  const cwd = aProject({}, config)
  const env = { FLOWS_TEST_KEY: api.key, FLOWS_LIVE_KEY: api.liveKey }
  const keys = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    flows(['keys', ...args], { cwd, env: { ...env, ...more } })
  return { ...api, cwd, keys }
}

describe('flows keys --env', () => {
  test('makes, lists and revokes keys over the API of the environment, in its mode, and says where', async () => {
    const { keys, call, url } = await atService()
    const made = await keys(['create', '--env', 'live', '--name', 'ci-plan', '--scope', 'flows:read'])
    expect(made.code, made.stderr).toBe(0)
    expect(made.stdout).toMatch(/^rk_live_[0-9a-z]{38}\n$/)
    expect(made.stderr).toContain(`Made in ${url}.`)
    expect(made.stderr).toContain('"ci-plan" (live mode)')
    const secret = made.stdout.trim()
    expect((await call('GET', '/v1/api_keys/current', { key: secret })).body).toMatchObject({
      name: 'ci-plan',
      created_by: 'live-ci',
      livemode: true,
      scopes: ['flows:read'],
    })
    const listed = await keys(['list', '--env', 'live', '--json'])
    expect(JSON.parse(listed.stdout).data.map(({ name }: { name: string }) => name)).toEqual(['ci-plan', 'live-ci'])
    expect(listed.stdout).not.toContain(secret)
    const [{ id }] = JSON.parse(listed.stdout).data
    const revoked = await keys(['revoke', '--env', 'live', id])
    expect(revoked.stdout).toContain(`Revoked ${id} "ci-plan" in ${url}.`)
    expect((await call('GET', '/v1/api_keys/current', { key: secret })).status).toBe(401)
  })

  test('writes nothing into the embedded store, and without --env nothing into the service', async () => {
    const { keys, service } = await atService()
    await keys(['create', '--env', 'test', '--name', 'over the API'])
    const here = await keys(['create', '--name', 'here'])
    expect(here.stderr).toMatch(/Made in embedded store .*store\.sqlite\./)
    const namesIn = async (args: readonly string[]) =>
      JSON.parse((await keys(['list', '--json', ...args])).stdout).data.map(({ name }: { name: string }) => name)
    expect(await namesIn([])).toEqual(['here'])
    expect(await namesIn(['--env', 'local'])).toEqual(['here'])
    expect(await namesIn(['--env', 'test'])).toEqual(['over the API', 'ci'])
    for (let n = 0; n < 101; n += 1) await service.write(TESTER, (call) => createKey(call, { name: `key ${n}` }))
    expect(await namesIn(['--env', 'test']), 'more than a page').toHaveLength(103)
  })

  test('goes where FLOWS_ENV leads, as every command does', async () => {
    const { keys, url } = await atService()
    const { stderr } = await keys(['create', '--name', 'x'], { FLOWS_ENV: 'test' })
    expect(stderr).toContain(`Made in ${url}.`)
  })

  test('says in JSON where the key was made', async () => {
    const { keys, url } = await atService()
    const { stdout } = await keys(['create', '--env', 'test', '--name', 'x', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ service: url, key: expect.stringMatching(/^sk_test_/), livemode: false })
  })

  test('with a key that may not make keys ends with exit code 6 and the scope that is missing', async () => {
    const { keys, service, url } = await atService()
    const { secret } = await service.write(TESTER, (call) => createKey(call, { name: 'plan', scopes: ['flows:read'] }))
    for (const args of [['create', '--name', 'x'], ['list'], ['revoke', 'ak_none']]) {
      const { code, stdout, stderr } = await keys([...args, '--env', 'test'], { FLOWS_TEST_KEY: secret })
      expect([code, stdout]).toEqual([6, ''])
      expect(stderr).toContain('lacks the scope keys:admin')
    }
    const { secret: admin } = await service.write(TESTER, (call) =>
      createKey(call, { name: 'admin', scopes: ['keys:admin', 'flows:read'] }),
    )
    const more = await keys(['create', '--name', 'x', '--env', 'test', '--scope', 'sessions:read'], {
      FLOWS_TEST_KEY: admin,
    })
    expect([more.code, more.stdout]).toEqual([6, ''])
    expect(more.stderr).toContain('the key has no scope sessions:read to give')
    expect((await keys(['list', '--env', 'test'])).stdout, url).not.toContain(' x ')
  })

  test('binds a key to a project, to flows and to addresses, and the key is held to that', async () => {
    const { keys, call, cwd, url } = await atService()
    for (const key of ['kyc-a', 'pay-a']) {
      await call('POST', '/v1/identity/verification_flows', {
        body: `key=${key}&name=N&type=document&project=acme-kyc`,
      })
    }
    const bind = ['--project', 'acme-kyc', '--flows', 'kyc-*', '--allow-address', '127.0.0.0/8', '::1']
    const create = ['create', '--env', 'test', '--name', 'plan', '--scope', 'flows:read']
    const made = await keys([...create, ...bind])
    expect(made.stderr).toContain('bound to project:acme-kyc,kyc-*,127.0.0.0/8,::1')
    const { stdout } = await keys(['list', '--env', 'test'])
    expect(stdout).toContain('  project:acme-kyc,kyc-*,127.0.0.0/8,::1  ')
    const env = { FLOWS_TEST_KEY: made.stdout.trim() }
    const listed = await flows(['list', '--env', 'test', '--json'], { cwd, env })
    expect(JSON.parse(listed.stdout).flows.map(({ key }: { key: string }) => key)).toEqual(['kyc-a'])
    const shown = await flows(['show', 'pay-a', '--env', 'test'], { cwd, env })
    expect([shown.code, shown.stdout]).toEqual([6, ''])
    expect(shown.stderr).toContain('bound to the project acme-kyc and the flows kyc-*')
    expect((await flows(['list', '--env', 'test'], { cwd, env })).code).toBe(0)
    const elsewhere = await keys([...create, '--allow-address', '192.0.2.0/24'])
    const refused = await flows(['list', '--env', 'test'], { cwd, env: { FLOWS_TEST_KEY: elsewhere.stdout.trim() } })
    expect([refused.code, refused.stdout]).toEqual([6, ''])
    expect(refused.stderr, url).toContain('came from 127.0.0.1')
  })

  test('refuses a binding that cannot be, and makes no key', async () => {
    const { keys } = await atService()
    const create = ['create', '--env', 'test', '--name', 'bad']
    for (const args of [
      ['--allow-address', 'example.com'],
      ['--allow-address', '10.0.0.0/99', '--scope', 'flows:read'],
      ['--expires', '0d'],
      ['--project', 'acme-kyc'],
      ['--flows', 'KYC', '--scope', 'flows:read'],
    ]) {
      const { code, stdout, stderr } = await keys([...create, ...args])
      expect([code, stdout], stderr).toEqual([64, ''])
    }
    expect((await keys(['list', '--env', 'test'])).stdout).not.toContain('bad')
  })

  test('refuses the mode that the environment does not have', async () => {
    const { keys } = await atService()
    const { code, stderr } = await keys(['create', '--env', 'live', '--mode', 'test', '--name', 'x'])
    expect(code).toBe(64)
    expect(stderr).toContain('"live" is live mode')
    expect((await keys(['create', '--env', 'local', '--mode', 'live', '--name', 'x'])).code).toBe(64)
  })

  test('says which environments there are, and that it needs a configuration', async () => {
    const { keys } = await atService()
    expect((await keys(['list', '--env', 'liv'])).stderr).toContain('did you mean "live"?')
    expect((await flows(['keys', 'list', '--env', 'live'], { cwd: aFolder() })).code).toBe(64)
  })
})

describe('flows keys list', () => {
  test('shows what each key may do, when it was used, when it ends, and whether it is still good', async () => {
    const cwd = aProject()
    await create(cwd)
    await create(cwd, '--scope', 'flows:read', '--expires', '90d')
    const revoked = JSON.parse((await create(cwd, '--json', '--mode', 'live')).stdout)
    await flows(['keys', 'revoke', revoked.id], { cwd })
    const { stdout } = await flows(['keys', 'list'], { cwd })
    const [heading = '', ...rows] = stdout.trimEnd().split('\n')
    expect(heading.split(/ {2,}/)).toEqual(['ID', 'NAME', 'KEY', 'SCOPES', 'BOUND TO', 'LAST USED', 'EXPIRES', 'STATE'])
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/)
    expect(rows.map((row) => row.split(/ {2,}/).slice(2))).toEqual([
      [expect.stringMatching(/^sk_live_/), 'all', '-', '-', '-', expect.stringMatching(/^revoked \d{4}-/)],
      [expect.stringMatching(/^rk_test_/), 'flows:read', '-', '-', time, 'active'],
      [expect.stringMatching(/^sk_test_/), 'all', '-', '-', '-', 'active'],
    ])
  })

  test('says which keys end within two weeks, if they are good until then', async () => {
    const cwd = aProject()
    const made = async (...args: string[]) => JSON.parse((await create(cwd, '--json', ...args)).stdout).id
    const soon = await made('--expires', '13d')
    const late = await made('--expires', '15d')
    const revoked = await made('--expires', '2d')
    await flows(['keys', 'revoke', revoked], { cwd })
    const { stderr } = await flows(['keys', 'list'], { cwd })
    expect(stderr).toMatch(new RegExp(`${soon} "ci" ends in 1[23] days: make the next one now`))
    expect(stderr).not.toContain(late)
    expect(stderr).not.toContain(revoked)
  })
})
