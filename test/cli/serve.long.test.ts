import type { ChildProcess } from 'node:child_process'
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { aDefinition, aProject, ended, flows, printed, start } from '../helpers/cli.js'
import { aConnectProxy } from '../service/connect-proxy.js'

const FLOWS = '/v1/identity/verification_flows'

interface Serving {
  readonly cwd: string
  readonly url: string
  readonly child: ChildProcess
  /** All that it has printed so far. */
  readonly seen: () => string
}

async function serving(...args: string[]): Promise<Serving> {
  const cwd = aProject({ a: aDefinition('A') })
  const child = start(['serve', '--port', '0', ...args], { cwd })
  onTestFinished(() => void child.kill('SIGKILL'))
  let seen = ''
  child.stderr?.on('data', (chunk) => {
    seen += chunk
  })
  const first = await printed(child, 'Stop with Ctrl-C')
  return { cwd, child, url: /http:\/\/127\.0\.0\.1:\d+/.exec(first)?.[0] ?? '', seen: () => seen }
}

async function aKey(cwd: string, ...args: string[]): Promise<string> {
  return (await flows(['keys', 'create', '--name', 'ci', ...args], { cwd })).stdout.trim()
}

const statusOf = async (url: string, key = '') =>
  (await fetch(url, { headers: { authorization: `Bearer ${key}` } })).status

/** The configuration that reaches a service over HTTP. */
const remote = (url: string) => `project: acme-kyc\nenvironments:\n  remote: { api: "${url}", api_key_env: KEY }\n`

describe('a server that is told to stop', () => {
  test('says that it is not ready while it goes on, and ends at once when it is told again', async () => {
    const { cwd, url, child } = await serving('--drain-delay', '3600')
    const key = await aKey(cwd)
    expect(await statusOf(`${url}/readyz`)).toBe(200)
    child.kill('SIGTERM')
    await expect.poll(() => statusOf(`${url}/readyz`), { timeout: 200_000 }).toBe(503)
    expect(await statusOf(`${url}/healthz`)).toBe(200)
    expect(await statusOf(url + FLOWS, key)).toBe(200)
    const end = ended(child)
    child.kill('SIGTERM')
    expect(await end).toMatchObject({ code: 1, signal: null })
  })

  test('ends with 0 after its delay, whoever holds a connection open', async () => {
    const { url, child } = await serving('--drain-delay', '1')
    expect(await statusOf(`${url}/healthz`)).toBe(200)
    const end = ended(child)
    child.kill('SIGTERM')
    expect(await end).toMatchObject({ code: 0 })
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
  })
})

describe('flows serve', () => {
  test('limits each key to what --rate-limit says', async () => {
    const { cwd, url } = await serving('--rate-limit', '3')
    const key = await aKey(cwd)
    const statuses = await Promise.all(Array.from({ length: 40 }, () => statusOf(url + FLOWS, key)))
    // They may fall into two seconds, or three on a machine with much to do.
    const answered = statuses.filter((status) => status === 200).length
    expect(answered).toBeGreaterThanOrEqual(3)
    expect(answered).toBeLessThan(40)
    expect(new Set(statuses)).toEqual(new Set([200, 429]))
  })

  test('shows figures at a port of their own, and not at that of the API', async () => {
    const { url, seen } = await serving('--metrics-port', '0')
    const figures = /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(seen())?.[0] ?? ''
    await fetch(`${url}/nowhere`)
    const text = async () => (await fetch(figures)).text()
    await expect.poll(text).toMatch(/^flows_http_request_duration_seconds_count\{.*route="none".*\} 1$/m)
    expect(await statusOf(`${url}/metrics`)).toBe(404)
  })

  test('logs a line per request with --log, in JSON, with the mode and the end of the key', async () => {
    const { cwd, url, seen } = await serving('--log')
    const key = await aKey(cwd)
    await statusOf(url + FLOWS, key)
    await expect
      .poll(() =>
        seen()
          .split('\n')
          .filter((line) => line.startsWith('{')),
      )
      .toHaveLength(1)
    const [line = ''] = seen()
      .split('\n')
      .filter((one) => one.startsWith('{'))
    expect(JSON.parse(line)).toMatchObject({
      method: 'GET',
      route: FLOWS,
      status: 200,
      mode: 'test',
      key: key.slice(-4),
    })
  })

  test.each([
    ['--rate-limit', '-1'],
    ['--rate-limit', '1.5'],
    ['--drain-delay', 'soon'],
    ['--metrics-port', '70000'],
    ['--trust-proxy', 'example.com'],
    ['--trust-proxy', '10.0.0.0/33'],
    ['--trust-proxy', '0.0.0.0/0'],
    ['--trust-proxy', 'loopback,::/0'],
    ['--trust-proxy', ''],
  ])('refuses %s %s, and makes nothing', async (option, value) => {
    const cwd = aProject()
    expect((await flows(['serve', option, value], { cwd })).code).toBe(64)
    expect(existsSync(`${cwd}/.flows`)).toBe(false)
  })

  test('takes proxies as addresses, ranges and names', async () => {
    const { url } = await serving('--trust-proxy', 'loopback, 10.0.0.0/8, fd00::/8, 192.0.2.1')
    expect(await statusOf(`${url}/healthz`)).toBe(200)
  })

  test('sends webhooks to public addresses through the proxy that it is given, whose password it never prints', async () => {
    const proxy = await aConnectProxy({ refuse: () => 403 })
    const { cwd, url, seen } = await serving('--log', '--webhook-proxy', `http://app:hush@127.0.0.1:${proxy.port}`)
    const headers = { authorization: `Bearer ${await aKey(cwd)}` }
    const post = async (path: string, fields: Record<string, string>) =>
      (await fetch(url + path, { method: 'POST', headers, body: new URLSearchParams(fields) })).status
    const endpoint = { url: 'https://93.184.215.14/hooks', 'enabled_events[]': '*' }
    expect(await post('/v1/webhook_endpoints', endpoint)).toBe(200)
    expect(await post('/v1/identity/verification_sessions', { type: 'document' })).toBe(200)
    await expect.poll(() => proxy.asked[0]?.target, { timeout: 60_000 }).toBe('93.184.215.14:443')
    expect(proxy.asked[0]?.headers['proxy-authorization']).toBe(`Basic ${btoa('app:hush')}`)
    expect(seen()).not.toMatch(/hush|YXBwOmh1c2g/)
  })

  test.each([
    ['--webhook-proxy', 'socks5://app:hush@127.0.0.1:1080'],
    ['--webhook-proxy', 'app:hush@127.0.0.1:3128'],
    ['--webhook-proxy=http://app:hush@127.0.0.1:99999'],
    ['--webhook-prxy=http://app:hush@127.0.0.1:3128'],
    ['--port', 'http://app:hush@127.0.0.1:3128'],
  ])('refuses %s %s without showing its password, and makes nothing', async (...args) => {
    const cwd = aProject()
    const { code, stderr } = await flows(['serve', ...args], { cwd })
    expect(code).toBe(64)
    expect(stderr).toMatch(/webhook-pr?o?xy|--port/)
    expect(stderr).not.toContain('hush')
    expect(existsSync(`${cwd}/.flows`)).toBe(false)
  })
})

describe('a job in CI', () => {
  test('plans with a key that may read flows, and cannot apply with it; exit code 6 says so', async () => {
    const { cwd, url } = await serving()
    const [plan, apply] = [
      await aKey(cwd, '--scope', 'flows:read'),
      await aKey(cwd, '--scope', 'flows:read', 'deployments:write'),
    ]
    const project = aProject({ a: aDefinition('A') }, remote(url))
    const run = (command: string[], key: string) =>
      flows([...command, '--env', 'remote'], { cwd: project, env: { KEY: key } })
    expect(await run(['plan', '--detailed-exitcode'], plan)).toMatchObject({ code: 2 })
    const refused = await run(['apply', '--yes'], plan)
    expect(refused.code).toBe(6)
    expect(refused.stderr).toContain('deployments:write')
    expect(await run(['apply', '--yes'], apply)).toMatchObject({ code: 0 })
    expect(await run(['plan', '--detailed-exitcode'], plan)).toMatchObject({ code: 0 })
  })
})

describe('flows serve over an embedded store that goes away', () => {
  test.each([
    ['is removed', (file: string) => rmSync(file)],
    ['is cleaned away with its folder', (file: string) => rmSync(dirname(file), { recursive: true })],
    [
      'is replaced by a copy',
      (file: string) => {
        copyFileSync(file, `${file}.copy`)
        renameSync(`${file}.copy`, file)
      },
    ],
  ])('because it %s says so, is not ready, and acknowledges nothing', async (_, way) => {
    const { cwd, url, seen, child } = await serving()
    const headers = {
      authorization: `Bearer ${await aKey(cwd)}`,
      'content-type': 'application/x-www-form-urlencoded',
    }
    const create = () =>
      fetch(`${url}/v1/identity/verification_sessions`, { method: 'POST', headers, body: 'type=document' })
    expect((await create()).status).toBe(200)
    way(join(cwd, '.flows', 'store.sqlite'))
    const refused = await create()
    expect(refused.status).toBe(503)
    expect(await refused.json()).toMatchObject({ error: { type: 'api_error' } })
    const ready = await fetch(`${url}/readyz`)
    expect(ready.status).toBe(503)
    expect(JSON.stringify(await ready.json())).toContain('was removed or replaced')
    expect(await statusOf(`${url}/healthz`)).toBe(200)
    expect(seen().match(/was removed or replaced while it was open/g)).toHaveLength(1)
    const end = ended(child)
    child.kill('SIGTERM')
    expect(await end).toMatchObject({ code: 0 })
  })
})
