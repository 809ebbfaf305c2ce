import { execFileSync } from 'node:child_process'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { checkKey, checkService } from '../../src/cli/doctor/environment-checks.js'
import { runChecks } from '../../src/cli/doctor/run-checks.js'
import { processTerminal } from '../../src/cli/program/terminal.js'
import { createKey } from '../../src/service/operations/keys/keys.js'
import { loadDriver } from '../../src/store/sqlite/database.js'
import { aDefinition, aFolder, aProject, flows, writeFiles } from '../helpers/cli.js'
import { type Served, served, TESTER } from '../service/serving.js'

interface Finding {
  readonly check: string
  readonly environment: string | null
  readonly status: string
  readonly message: string
  readonly hint: string | null
}

const PATIENCE = 5_000
const PAGE = "with a page that is not a flows API's"
const JSON_OF_OTHERS = "with JSON that is not a flows API's"

async function doctor(cwd: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await flows(['doctor', '--json', ...args], { cwd, env })
  expect(stderr).toBe('')
  const told = JSON.parse(stdout)
  expect(told).toMatchObject({ format: 'flows.doctor', format_version: '1.0', exit_code: code })
  const findings: Finding[] = told.findings
  const statusOf = (check: string, environment: string | null = null) =>
    findings.filter((one) => one.check === check && one.environment === environment).map(({ status }) => status)
  return { code, findings, statusOf, stdout }
}

const withService = (url: string) =>
  `project: acme-kyc\nenvironments:\n  local: {}\n  live: { mode: test, api: "${url}", api_key_env: FLOWS_KEY }\n`

describe('flows doctor', () => {
  test('finds nothing where all is well, and shows no key', async () => {
    const { url, service } = await served()
    const params = { name: 'ci', scopes: ['flows:read'] }
    const { secret } = await service.write(TESTER, (call) => createKey(call, params))
    const cwd = aProject({ a: aDefinition('A') }, withService(url))
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd })
    writeFiles(cwd, { '.gitignore': '.flows/\n' })
    git('init', '-q')
    git('add', '.')
    git('commit', '-qm', 'a')
    const { code, findings, stdout } = await doctor(cwd, [], { FLOWS_KEY: secret })
    expect(findings.filter(({ status }) => status !== 'ok')).toEqual([])
    expect(code).toBe(0)
    expect(findings.map(({ check, environment }) => [environment, check])).toEqual([
      [null, 'configuration'],
      [null, 'definitions'],
      [null, 'policies'],
      [null, 'schemas'],
      [null, 'cache'],
      [null, 'git'],
      [null, 'program'],
      [null, 'environments'],
      ['local', 'store'],
      ['live', 'service'],
      ['live', 'clock'],
      ['live', 'versions'],
      ['live', 'key'],
      ['live', 'verifier'],
    ])
    expect(findings.at(-1)?.message).toMatch(/^simulator verifies people in test mode: document, selfie/)
    expect(stdout).not.toContain(secret)
  })

  test.each([
    ['of the user', { XDG_CACHE_HOME: 'taken' }, 'taken/verification-flows', 'XDG_CACHE_HOME'],
    ['of the project', {}, '.flows/cache', 'see who owns .flows'],
  ])('blames the cache folder %s where that is the one which cannot be written', async (_, variables, folder, mend) => {
    const cwd = aProject({ a: aDefinition('A') })
    writeFiles(cwd, { taken: 'a file', ...(folder === '.flows/cache' && { '.flows/cache': 'a file' }) })
    const env = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, join(cwd, value)]))
    const { findings } = await doctor(cwd, [], env)
    const [cache] = findings.filter(({ check }) => check === 'cache')
    expect(cache).toMatchObject({ status: 'warning', hint: expect.stringContaining(mend) })
    expect(cache?.message).toContain(`${folder} cannot be used`)
  })

  test('finds all that is wrong at once, and exits 1', async () => {
    const cwd = aProject({ a: 'name: A\ntype: documnet\n' }, withService('http://127.0.0.1:9'))
    writeFiles(cwd, {
      'schemas/flow.schema.json': '{"title":"of another version"}',
      '.flows/store.sqlite': 'no store',
      'policies/readme.txt': '',
    })
    const { code, statusOf } = await doctor(cwd)
    expect(code).toBe(1)
    expect({
      definitions: statusOf('definitions'),
      schemas: statusOf('schemas'),
      policies: statusOf('policies'),
      git: statusOf('git'),
      store: statusOf('store', 'local'),
      service: statusOf('service', 'live'),
      key: statusOf('key', 'live'),
    }).toEqual({
      definitions: ['problem'],
      schemas: ['warning'],
      policies: ['warning'],
      git: ['warning'],
      store: ['problem'],
      service: ['problem'],
      key: ['warning'],
    })
    expect((await doctor(cwd, ['--env', 'live'])).statusOf('key', 'live'), 'asked for it alone').toEqual(['problem'])
  })

  test('finds policies that plan would refuse to read', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    writeFiles(cwd, { 'policies/p.yaml': 'require: flow.nmae == "A"\nmessage: m\n' })
    const { code, statusOf } = await doctor(cwd)
    expect([code, statusOf('policies'), statusOf('definitions')]).toEqual([1, ['problem'], ['ok']])
  })

  test.each([
    ['there is no project', () => aFolder()],
    ['the configuration is broken', () => aFolder({ 'flows.config.yaml': 'project: [\n' })],
  ])('says that %s, and checks what is left', async (_what, folder) => {
    const { code, statusOf } = await doctor(folder())
    expect([code, statusOf('configuration'), statusOf('git')]).toEqual([1, ['problem'], ['warning']])
  })

  test('tells people, with hints', async () => {
    const { code, stdout } = await flows(['doctor'], { cwd: aProject({ a: 'name: A\ntype: documnet\n' }) })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^project\n {2}ok +configuration +flows.config.yaml: project acme-kyc, local\n/)
    expect(stdout).toMatch(/\n {2}problem {2}definitions +1 error: flows\/a\.yaml:2:7 .*\n +hint {2}flows validate/)
    expect(stdout).toMatch(/\n1 problem, 1 warning\.\n$/)
  })
})

/** What is found of a key that may do this. */
async function found({ url, service }: Served, params: object, env: Readonly<Record<string, string>> = {}) {
  const { secret } = await service.write(TESTER, (call) => createKey(call, { name: 'ci', ...params }))
  return foundOf(url, { K: secret, ...env })
}

async function foundOf(url: string, env: Readonly<Record<string, string>>) {
  const mode = env.K?.includes('_live_') ? ('live' as const) : ('test' as const)
  const target = { name: 'there', settings: { mode, api: url, api_key_env: 'K' } }
  const terminal = { ...processTerminal(false), env }
  const findings = await checkKey({
    target,
    project: 'acme-kyc',
    terminal,
    patience: PATIENCE,
    isChosen: false,
    defined: () => [],
  })
  // Who verifies is told beside the key, and no matter here.
  return findings.filter(({ check }) => check === 'key').map(({ status, message }) => `${status} ${message}`)
}

describe('of a key it says', () => {
  test('its mode and what it may do', async () => {
    const api = await served()
    expect(await found(api, { scopes: ['flows:read'] })).toEqual([
      'ok "ci" (test mode, flows:read) may plan, not apply',
    ])
    expect(await found(api, { mode: 'live', scopes: ['deployments:write'] })).toEqual([
      'ok "ci" (live mode, deployments:write) may plan and apply',
    ])
    expect(await found(api, { scopes: ['sessions:write'] })).toEqual([
      'problem "ci" (test mode, sessions:write) may not plan: it lacks flows:read',
    ])
  })

  test('that it is not one, or ends soon', async () => {
    const api = await served()
    expect(await foundOf(api.url, { K: 'sk_test_none' })).toEqual(['problem Invalid API Key provided.'])
    expect(await foundOf(api.url, { K: 'not a key' })).toHaveLength(1)
    api.clock.now = Math.floor(Date.now() / 1000)
    const findings = await found(api, { scopes: ['flows:read'], expires: api.clock.now + 3 * 86_400 + 60 })
    expect(findings.map((one) => one.split(' ')[0])).toEqual(['ok', 'warning'])
    expect(findings[1]).toContain('ends in 3 days')
  })

  test('that less would do, in CI', async () => {
    const api = await served()
    const ci = await found(api, {}, { CI: 'true' })
    expect(ci[1]).toBe('warning a secret key in CI may do everything: plan and apply need less')
    const scopes = ['flows:read', 'deployments:write']
    for (const env of [{ GITHUB_EVENT_NAME: 'pull_request' }, { CI_PIPELINE_SOURCE: 'merge_request_event' }]) {
      expect((await found(api, { scopes }, { CI: 'true', ...env }))[1]).toContain('for a pull request')
    }
    expect(await found(api, { scopes }, { CI: 'true', GITHUB_EVENT_NAME: 'push' })).toHaveLength(1)
  })
})

/** A service of another time. */
async function aService(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.closeAllConnections())
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a key that may not plan is a problem, with the way to one that may', async () => {
  const { url, service } = await served()
  const { secret } = await service.write(TESTER, (call) => createKey(call, { name: 'ci', scopes: ['sessions:write'] }))
  const cwd = aProject({ a: aDefinition('A') }, withService(url))
  const { code, findings } = await doctor(cwd, ['--env', 'live'], { FLOWS_KEY: secret })
  expect(code).toBe(1)
  expect(findings).toContainEqual(
    expect.objectContaining({
      check: 'key',
      environment: 'live',
      status: 'problem',
      hint: 'flows keys create --scope flows:read makes one that may',
    }),
  )
})

test('a key that is bound to another project is a problem, and one that is bound to addresses is no wrong key', async () => {
  const { url, service } = await served()
  const make = async (more: object) =>
    (await service.write(TESTER, (call) => createKey(call, { name: 'ci', scopes: ['flows:read'], ...more }))).secret
  const cwd = aProject({ a: aDefinition('A') }, withService(url))
  const aboutKey = async (key: string) =>
    (await doctor(cwd, ['--env', 'live'], { FLOWS_KEY: key })).findings.filter(({ check }) => check === 'key')
  const message = expect.stringContaining('is bound to the project other, and this is acme-kyc')
  expect(await aboutKey(await make({ project: 'other' }))).toEqual([
    expect.objectContaining({ status: 'problem', message, hint: expect.stringContaining('--project acme-kyc') }),
  ])
  expect(await aboutKey(await make({ project: 'acme-kyc' }))).toEqual([expect.objectContaining({ status: 'ok' })])
  expect(await aboutKey(await make({ flows: ['a*'] }))).toEqual([
    expect.objectContaining({ status: 'ok', message: expect.stringContaining('not apply, within a*') }),
  ])
  expect(await aboutKey(await make({ flows: ['kyc-*'] }))).toEqual([
    expect.objectContaining({
      status: 'problem',
      message: expect.stringContaining('only the flows kyc-*; beyond it: a'),
    }),
  ])
  expect(await aboutKey(await make({ addresses: ['10.0.0.0/8'] }))).toEqual([
    expect.objectContaining({ status: 'problem', message: expect.stringContaining('127.0.0.1'), hint: null }),
  ])
})

describe('of the embedded store it says', () => {
  test.each([
    ['that an older version wrote it, which the next write mends', 'delete from migrations', 0, 'warning'],
    ['that a newer version wrote it', "insert into migrations values ('9999-later', 0, 1)", 1, 'problem'],
  ])('%s', async (_, change, code, status) => {
    const cwd = aProject({ a: aDefinition('A') })
    await flows(['apply', '--yes'], { cwd })
    const Driver = await loadDriver()
    const database = new Driver(join(cwd, '.flows', 'store.sqlite'))
    database.exec(change)
    database.close()
    const told = await doctor(cwd)
    expect([told.code, told.statusOf('store', 'local')]).toEqual([code, [status]])
  })
})

describe('of a service it says', () => {
  test.each([
    [0, '0.0.1', ['ok', 'ok', 'warning']],
    [60, '99.0.0', ['ok', 'warning', 'warning']],
    [-4000, undefined, ['ok', 'problem', 'warning']],
  ])('how far its clock is ahead, %d seconds, and which version it is, %s', async (ahead, version, statuses) => {
    const url = await aService((request, response) => {
      const date = new Date(Date.now() + ahead * 1000).toUTCString()
      const status = request.url === '/readyz' ? 'ready' : 'ok'
      response.setHeader('date', date).end(JSON.stringify({ status, ...(version && { version }) }))
    })
    const findings = await checkService(url, PATIENCE)
    expect(findings.map(({ check }) => check)).toEqual(['service', 'clock', 'versions'])
    expect(findings.map(({ status }) => status)).toEqual(statuses)
  })

  test.each([
    ['0.0.9', 'older than this program'],
    ['0.1.0-rc.10', 'older than this program'],
    ['0.10.0', 'newer than this program'],
    ['1.0.0-rc.2', 'newer than this program'],
    ['<b>1</b>', 'does not say its version as a version is written'],
  ])('that its version is %s: %s', async (theirs, what) => {
    const url = await aService((request, response) => {
      response.end(JSON.stringify({ status: request.url === '/readyz' ? 'ready' : 'ok', version: theirs }))
    })
    const found = (await checkService(url, PATIENCE)).find(({ check }) => check === 'versions')
    expect(found).toMatchObject({ status: 'warning', message: expect.stringContaining(what) })
  })

  test('that it is not ready, and why', async () => {
    const url = await aService(({ url }, response) => {
      response.statusCode = url === '/readyz' ? 503 : 200
      response.end(url === '/readyz' ? '{"error":{"message":"The store does not answer."}}' : '{"status":"ok"}')
    })
    const [found] = await checkService(url, PATIENCE)
    expect(found).toMatchObject({ check: 'service', status: 'problem' })
    expect(found?.message).toContain('answers, but is not ready: The store does not answer.')
  })

  test.each([
    ['a page with status 200', 200, '<html>sign in</html>', PAGE],
    ['JSON that is of something else', 200, '{"status":"up"}', JSON_OF_OTHERS],
    ['a redirect', 301, '', 'and sends on to https://portal.example.com'],
    ['a refusal', 403, '{"error":{"message":"no"}}', JSON_OF_OTHERS],
    ['a gateway without a service', 502, 'Bad Gateway', PAGE],
  ])('that %s is not a flows service, and is not being stopped either', async (_, status, body, what) => {
    const url = await aService((_request, response) => {
      response.writeHead(status, status === 301 ? { location: 'https://portal.example.com' } : {}).end(body)
    })
    const [found] = await checkService(url, PATIENCE)
    // Asked once: no hint asks again.
    expect(found).toEqual({
      check: 'service',
      status: 'problem',
      message: `${url} answered ${status} ${what}: is the address right, is a proxy between?`,
    })
  })

  test.each([
    ['a page', '<html>sign in</html>', PAGE],
    ['the JSON of another API', '{"error":{"code":"denied","message":"no"}}', JSON_OF_OTHERS],
  ])('that %s instead of a refusal is not about the key, and every command says the same', async (_, body, what) => {
    const url = await aService(({ url: path }, response) => {
      const isOpen = path === '/healthz' || path === '/readyz'
      const open = path === '/healthz' ? '{"status":"ok"}' : '{"status":"ready"}'
      response.writeHead(isOpen ? 200 : 403).end(isOpen ? open : body)
    })
    const cwd = aProject({ a: aDefinition('A') }, withService(url))
    const env = { FLOWS_KEY: 'sk_test_any0123456789' }
    const message = `${url} answered 403 ${what}: is the address right, is a proxy between?`
    const { findings } = await doctor(cwd, ['--env', 'live'], env)
    expect(findings.filter(({ check }) => check === 'key')).toMatchObject([{ status: 'problem', message, hint: null }])
    for (const args of [['plan'], ['apply', '--yes'], ['list']]) {
      const { code, stderr } = await flows([...args, '--env', 'live'], { cwd, env })
      expect([code, stderr.split('\n')[0]]).toEqual([1, `error ${message}`])
      expect(stderr).not.toContain('check the key')
    }
  })

  test('that it does not answer, in a bounded time', async () => {
    const url = await aService(() => {})
    expect(await checkService(url, 100)).toMatchObject([{ check: 'service', status: 'problem' }])
  })
})

test('a check that fails stops no other, and one that hangs is not waited for', async () => {
  const found = await runChecks(
    [
      { name: 'failing', environment: null, run: () => Promise.reject(new Error('why')) },
      { name: 'hanging', environment: 'live', run: () => new Promise(() => {}) },
      { name: 'good', environment: null, run: () => [{ check: 'good', status: 'ok', message: 'well' }] },
    ],
    -900,
  )
  expect(found.map(({ check, status, environment }) => [check, status, environment])).toEqual([
    ['failing', 'problem', null],
    ['hanging', 'problem', 'live'],
    ['good', 'ok', null],
  ])
})

test('the folder of the store is not made by looking', async () => {
  const cwd = aProject({ a: aDefinition('A') })
  await doctor(cwd)
  const { existsSync } = await import('node:fs')
  expect(existsSync(join(cwd, '.flows', 'store.sqlite'))).toBe(false)
})
