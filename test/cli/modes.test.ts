import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createKey } from '../../src/service/operations/keys/keys.js'
import { aDefinition, aProject, flows, writeFiles } from '../helpers/cli.js'
import { aProxyTo } from '../remote/web-server.js'
import { served, TESTER } from '../service/serving.js'

const environments = (...lines: readonly string[]) =>
  `project: acme-kyc\nenvironments:\n  local: {}\n${lines.map((line) => `  ${line}\n`).join('')}`
const at = (url: string, name: string, mode: string | null) =>
  `${name}: { ${mode === null ? '' : `mode: ${mode}, `}api: "${url}", api_key_env: KEY_OF_${name.toUpperCase()} }`

/** Every command that reads or writes an environment, and how it would do so without asking. */
const COMMANDS: readonly (readonly string[])[] = [
  ['plan'],
  ['plan', '--out', 'plan.json'],
  ['apply', '--yes'],
  ['apply', 'made.json'],
  ['drift'],
  ['drift', '--probe'],
  ['history'],
  ['show', 'a'],
  ['blame', 'a'],
  ['events', 'vfd_0mfz1k2a9c4d8e7f6g5h4j3k'],
  ['comment', '--dry-run'],
  ['pull'],
  ['pull', '--at', 'vfd_0mfz1k2a9c4d8e7f6g5h4j3k'],
  ['import', '--yes'],
  ['adopt', 'a', '--yes'],
  ['list'],
  ['link', 'a'],
  ['link', 'a', '--rotate', '--yes'],
  ['synth', '--import'],
  ['keys', 'create', '--name', 'a'],
  ['keys', 'list'],
  ['keys', 'revoke', 'ak_0mfz1k2a9c4d8e7f6g5h4j3k'],
  ['sessions', 'create', 'a'],
  ['sessions', 'list'],
  ['sessions', 'show', 'vs_0mfz1k2a9c4d8e7f6g5h4j3k'],
  ['sessions', 'submit', 'vs_0mfz1k2a9c4d8e7f6g5h4j3k'],
]

describe('a key of the other mode', () => {
  test('is refused by every command before anything is sent or shown', async () => {
    const api = await served()
    const proxy = await aProxyTo(api.url)
    const cwd = aProject({ a: aDefinition('A') }, environments(at(proxy.url, 'test', null)))
    await flows(['plan', '--env', 'test', '--out', 'made.json'], { cwd, env: { KEY_OF_TEST: api.key } })
    const before = proxy.requests.length
    const env = { KEY_OF_TEST: api.liveKey, FLOWS_ENV: 'test' }
    for (const args of COMMANDS) {
      const { code, stdout, stderr } = await flows(args, { cwd, env })
      expect([code, args[0] === 'events' ? '' : stdout], args.join(' ')).toEqual([6, ''])
      expect((stdout + stderr).replaceAll('\\"', '"')).toContain(
        'the key in KEY_OF_TEST is of live mode, but environment "test" is test mode',
      )
    }
    for (const args of [
      ['diff', 'local', 'test', '--observed'],
      ['apply', '--yes', '--env', 'test', '--format', 'jsonl'],
    ]) {
      const { code, stdout } = await flows(args, { cwd, env })
      expect([code, stdout.includes('"a"')], args.join(' ')).toEqual([6, false])
    }
    expect(proxy.requests).toHaveLength(before)
  })

  test('is refused where the environment is live, too, so that no deploy job is green for nothing', async () => {
    const api = await served()
    const cwd = aProject({ a: aDefinition('A') }, environments(at(api.url, 'live', 'live')))
    const run = (key: string) =>
      flows(['apply', '--yes', '--env', 'live', '--json'], { cwd, env: { KEY_OF_LIVE: key } })
    const refused = await run(api.key)
    expect(refused.code).toBe(6)
    expect(JSON.parse(refused.stdout)).toMatchObject({
      code: 'key_of_other_mode',
      hint: 'put a key of live mode into KEY_OF_LIVE',
    })
    expect(await run(api.liveKey)).toMatchObject({ code: 0 })
    const { body } = await api.call('GET', '/v1/identity/verification_flows', { key: api.key })
    expect(body.data).toEqual([])
  })

  test('is told with what to write where an environment does not say its mode', async () => {
    const api = await served()
    const cwd = aProject({ a: aDefinition('A') }, environments(at(api.url, 'eu', null)))
    const { code, stderr } = await flows(['plan', '--env', 'eu'], { cwd, env: { KEY_OF_EU: api.liveKey } })
    expect(code).toBe(6)
    expect(stderr).toContain('if "eu" is meant to be live mode, write "mode: live" for it in the configuration')
  })
})

test('a configuration whose live environment says no mode is refused with its place and the mend', async () => {
  const cwd = aProject({ a: aDefinition('A') }, environments(at('https://flows.example.com', 'production', null)))
  const { code, stdout, stderr } = await flows(['validate'], { cwd })
  const told = stdout + stderr
  expect(code).toBe(3)
  expect(told).toContain('flows.config.yaml:4:3')
  expect(told).toContain('"production" does not say its mode')
  expect(told).toContain('write "mode: live" here')
})

test('what flows init writes for a live service says its mode', async () => {
  const cwd = aProject()
  const args = ['init', 'new', '--project', 'acme-kyc', '--api', 'https://flows.example.com']
  expect(await flows(args, { cwd })).toMatchObject({ code: 0 })
  expect(await flows(['validate'], { cwd: join(cwd, 'new') })).toMatchObject({ code: 0 })
})

describe('flows doctor', () => {
  async function problems(cwd: string, env: Readonly<Record<string, string>>) {
    const { stdout } = await flows(['doctor', '--json'], { cwd, env })
    const { findings } = JSON.parse(stdout) as { findings: { check: string; status: string; message: string }[] }
    return findings
      .filter(({ check }) => check === 'environments' || check === 'key')
      .map(({ status, message }) => `${status} ${message}`)
  }

  test('objects where two environments reach the same store and mode, by whatever address', async () => {
    const api = await served()
    const proxy = await aProxyTo(api.url)
    const lines = [at(api.url, 'test', 'test'), at(proxy.url, 'other', 'test'), at(api.url, 'live', 'live')]
    const cwd = aProject({ a: aDefinition('A') }, environments(...lines))
    const scopes = ['flows:read', 'deployments:write']
    const made = await api.service.write(TESTER, (call) => createKey(call, { name: 'apply', scopes }))
    const env = { KEY_OF_TEST: made.secret, KEY_OF_OTHER: made.secret, KEY_OF_LIVE: api.liveKey }
    expect((await problems(cwd, env))[0]).toBe(
      'problem "test" and "other" are the same store, and both test mode: what one applies the other takes back',
    )
    writeFiles(cwd, { 'flows.config.yaml': environments(at(api.url, 'test', 'test'), at(api.url, 'live', 'live')) })
    expect((await problems(cwd, env))[0]).toMatch(/^ok /)
  })

  test('names the variable that holds a key of the other mode', async () => {
    const api = await served()
    const cwd = aProject({ a: aDefinition('A') }, environments(at(api.url, 'live', 'live')))
    expect(await problems(cwd, { KEY_OF_LIVE: api.key })).toContainEqual(
      expect.stringMatching(/^problem the key in KEY_OF_LIVE is of test mode, but environment "live" is live mode/),
    )
  })
})

test.each([
  ['a line break at its end', '\n', 'begins or ends with white space'],
  ['a blank in it', ' x', 'holds white space'],
])('an API key with %s is told with its variable, and not repeated', async (_, more, says) => {
  const cwd = aProject({ a: aDefinition('A') }, environments(at('http://127.0.0.1:9', 'test', null)))
  const env = { KEY_OF_TEST: `sk_test_averysecretkey${more}` }
  for (const args of [['plan', '--env', 'test'], ['doctor']]) {
    const { code, stdout, stderr } = await flows(args, { cwd, env })
    expect(code).toBe(args[0] === 'plan' ? 6 : 1)
    expect(stdout + stderr).toContain(`the API key in KEY_OF_TEST ${says}`)
    expect(stdout + stderr).not.toContain('averysecret')
  }
})
