import type { ChildProcess } from 'node:child_process'
import { describe, expect, onTestFinished, test } from 'vitest'
import { aDefinition, aProject, ended, flows, flowsProcess, printed, start } from '../helpers/cli.js'
import { aWebServer } from '../remote/web-server.js'
import { aReceiver } from '../service/receiver.js'
import { stripeAt } from '../service/stripe-at.js'

async function aKey(cwd: string, ...args: string[]): Promise<{ id: string; key: string }> {
  const { code, stdout, stderr } = await flows(['keys', 'create', '--name', 'ci', '--json', ...args], { cwd })
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}

/** Serves a project on a free port until the test ends. */
async function served(cwd: string, ...args: string[]): Promise<{ url: string; child: ChildProcess }> {
  const child = start(['serve', '--port', '0', ...args], { cwd })
  onTestFinished(() => void child.kill('SIGKILL'))
  const seen = await printed(child, 'Stop with Ctrl-C')
  return { url: /http:\/\/127\.0\.0\.1:\d+/.exec(seen)?.[0] ?? '', child }
}

const overHttp = (url: string) =>
  `project: acme-kyc\nenvironments:\n  local: {}\n  remote: { api: "${url}", api_key_env: FLOWS_KEY }\n`

test('a service that takes connections and does not answer is told as that, while it is waited for', async () => {
  const { url } = await aWebServer(() => {})
  const child = start(['plan', '--env', 'remote'], {
    cwd: aProject({ a: aDefinition('A') }, overHttp(url)),
    env: { FLOWS_KEY: 'sk_test_any0123456789' },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  expect(await printed(child, 'yet')).toContain(`${url} has not answered yet: still waiting`)
})

describe('flows sessions', () => {
  test('creates, lists and shows sessions of a flow', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    await flows(['apply', '--yes'], { cwd })
    const args = [
      '--client-reference-id',
      'user_42',
      '--metadata',
      'order=1',
      '--metadata',
      'note=a=b',
      '--email',
      'p@example.com',
    ]
    const made = await flows(['sessions', 'create', 'a', ...args, '--json'], { cwd })
    expect(made.code, made.stderr).toBe(0)
    const session = JSON.parse(made.stdout)
    expect(session).toMatchObject({
      object: 'identity.verification_session',
      client_reference_id: 'user_42',
      metadata: { order: '1', note: 'a=b' },
      provided_details: { email: 'p@example.com' },
      status: 'requires_input',
      verification_flow_version: 1,
    })
    const list = await flows(['sessions', 'list', '--flow', 'a'], { cwd })
    expect(list.stdout).toMatch(new RegExp(`^ID .*\\n${session.id} .*user_42\\n$`))
    const shown = await flows(['sessions', 'show', session.id], { cwd })
    expect(shown.stdout).toContain('user_42')
    expect(shown.stdout + list.stdout, 'personal data is shown only in JSON').not.toContain('p@example.com')
  })

  test('submits a session, and shows what came of it', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    await flows(['apply', '--yes'], { cwd })
    const made = await flows(['sessions', 'create', 'a', '--json'], { cwd })
    const { id } = JSON.parse(made.stdout)
    const failed = await flows(['sessions', 'submit', id, '--outcome', 'document_expired'], { cwd })
    expect(failed.code).toBe(0)
    expect(failed.stdout).toContain('document_expired: The document has expired.')
    const verified = await flows(['sessions', 'submit', id, '--json'], { cwd })
    expect(JSON.parse(verified.stdout)).toMatchObject({ id, status: 'verified', last_error: null })
    const again = await flows(['sessions', 'submit', id], { cwd })
    expect(again.code).toBe(1)
    expect(again.stderr).toContain('is verified')
  })

  test('names the flow by its key beside its id, and says what comes next', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    await flows(['apply', '--yes'], { cwd })
    const made = await flows(['sessions', 'create', 'a'], { cwd })
    const [id = ''] = /^vs_\w+/.exec(made.stdout) ?? []
    const named = /flow +a \((vf_\w+)\) version 1\n/
    const [, flow] = named.exec(made.stdout) ?? []
    // The result is for stdout alone: what comes next is talk.
    expect(made.stdout).not.toContain('Next')
    expect(made.stderr).toContain(`Next:\n  flows sessions submit ${id} `)
    expect(made.stderr).toContain('\n  flows serve ')
    const list = await flows(['sessions', 'list'], { cwd })
    expect(list.stdout).toMatch(new RegExp(`^ID .* FLOW +FLOW ID .*\\n${id} +requires_input +a +${flow} `))
    expect((await flows(['sessions', 'show', id], { cwd })).stdout).toMatch(named)
    const failed = await flows(['sessions', 'submit', id, '--outcome', 'document_expired'], { cwd })
    const [, report] = /\n +report +(vr_\w+)\n/.exec(failed.stdout) ?? []
    expect(failed.stdout).toMatch(/\n +error +document_expired: /)
    expect(failed.stderr).toContain(`Next:\n  flows sessions show ${id} --json `)
    expect(failed.stderr).toContain(`GET /v1/identity/verification_reports/${report} `)
    const json = await flows(['sessions', 'show', id, '--json'], { cwd })
    expect([json.stderr, JSON.parse(json.stdout)]).toMatchObject(['', { last_verification_report: report }])
  })

  test('shows what was made where a key may not read the flow, by its id', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    await flows(['apply', '--yes'], { cwd })
    const { key } = await aKey(cwd, '--scope', 'sessions:write')
    const { url } = await served(cwd)
    const app = aProject({ a: aDefinition('A') }, overHttp(url))
    const made = await flows(['sessions', 'create', 'a', '--env', 'remote'], { cwd: app, env: { FLOWS_KEY: key } })
    expect(made.code, made.stderr).toBe(0)
    expect(made.stdout).toMatch(/flow +vf_\w+ version 1\n/)
  })

  test('more sessions than fit are announced, and reached with --starting-after', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    await flows(['apply', '--yes'], { cwd })
    for (let count = 0; count < 3; count += 1) await flows(['sessions', 'create', 'a'], { cwd })
    const first = await flows(['sessions', 'list', '--limit', '2'], { cwd })
    const next = /--starting-after (\S+)/.exec(first.stderr)?.[1] ?? ''
    const second = await flows(['sessions', 'list', '--starting-after', next], { cwd })
    expect(second.stdout.trim().split('\n')).toHaveLength(2)
    expect(second.stderr).toBe('')
  })

  test('an archived flow refuses new sessions', async () => {
    const cwd = aProject({ a: aDefinition('A'), b: aDefinition('B') })
    await flows(['apply', '--yes'], { cwd })
    const { rmSync } = await import('node:fs')
    rmSync(`${cwd}/flows/b.yaml`)
    await flows(['apply', '--yes'], { cwd })
    const { code, stderr } = await flows(['sessions', 'create', 'b'], { cwd })
    expect(code).toBe(1)
    expect(stderr).toContain('archived')
  })

  test('a plan shows how many sessions a flow had', async () => {
    const cwd = aProject({ a: aDefinition('A'), b: aDefinition('B') })
    await flows(['apply', '--yes'], { cwd })
    await flows(['sessions', 'create', 'b'], { cwd })
    const { rmSync } = await import('node:fs')
    rmSync(`${cwd}/flows/b.yaml`)
    expect((await flows(['plan'], { cwd })).stdout).toContain('breaks callers, 1 session in 30 days')
  })
})

describe('flows serve and flows keys', () => {
  test('webhooks are sent, to this machine only when that is allowed', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    await flows(['apply', '--yes'], { cwd })
    const { key } = await aKey(cwd)
    const receiver = await aReceiver()
    const endpoint = { url: receiver.url, enabled_events: ['*' as const] }
    const strict = await served(cwd)
    await expect(stripeAt(strict.url, key).webhookEndpoints.create(endpoint)).rejects.toMatchObject({
      code: 'url_invalid',
    })
    const { url } = await served(cwd, '--webhook-allow', '10.0.0.0/8', '--webhook-allow', '127.0.0.0/8')
    const stripe = stripeAt(url, key)
    const { secret = '' } = await stripe.webhookEndpoints.create(endpoint)
    // All processes on one store must be allowed the same: this one would try, and refuse.
    strict.child.kill('SIGTERM')
    await ended(strict.child)
    const session = await stripe.identity.verificationSessions.create({ verification_flow: 'a' })
    await receiver.got(1)
    const [received] = receiver.received
    const signature = String(received?.headers['stripe-signature'])
    const event = stripe.webhooks.constructEvent(received?.body ?? '', signature, secret)
    expect(event).toMatchObject({ data: { object: { id: session.id } } })
  })

  test('the same project, planned and applied over HTTP', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    const { key } = await aKey(cwd)
    const { url } = await served(cwd)
    const { writeFileSync } = await import('node:fs')
    writeFileSync(`${cwd}/flows.config.yaml`, overHttp(url))
    const env = { FLOWS_KEY: key, FLOWS_ENV: 'remote' }
    expect(await flows(['plan', '--detailed-exitcode'], { cwd, env })).toMatchObject({ code: 2 })
    const applied = await flows(['apply', '--yes'], { cwd, env })
    expect(applied.code, applied.stderr).toBe(0)
    expect(await flows(['plan', '--detailed-exitcode'], { cwd, env })).toMatchObject({ code: 0 })
    expect(await flows(['plan', '--detailed-exitcode'], { cwd, env })).toMatchObject({ code: 0 })
    expect(await flows(['sessions', 'create', 'a', '--metadata', 'k=v'], { cwd, env })).toMatchObject({ code: 0 })
    expect((await flows(['list'], { cwd })).stdout).toBe((await flows(['list'], { cwd, env })).stdout)
    expect((await flows(['show', 'a'], { cwd, env })).stdout).toContain('by ci')
  })

  test('keys are listed without the key, and stop working when they are revoked', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    const { id, key } = await aKey(cwd)
    const { url } = await served(cwd)
    const call = () => fetch(`${url}/v1/identity/verification_flows`, { headers: { authorization: `Bearer ${key}` } })
    expect((await call()).status).toBe(200)
    const list = await flows(['keys', 'list'], { cwd })
    expect(list.stdout).toContain(id)
    expect(list.stdout).not.toContain(key)
    expect(await flows(['keys', 'revoke', id], { cwd })).toMatchObject({ code: 0 })
    expect((await call()).status).toBe(401)
    expect((await flows(['keys', 'revoke', 'key_none'], { cwd })).code).toBe(1)
  })

  test('a key for people is printed once, to stdout, with the rest on stderr', async () => {
    const { stdout, stderr } = await flows(['keys', 'create', '--name', 'app'], { cwd: aProject() })
    expect(stdout).toMatch(/^sk_test_[0-9A-Za-z]+\n$/)
    expect(stderr).toContain('shown only now')
  })

  test('live keys see live flows only', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    await flows(['apply', '--yes'], { cwd }) // the embedded environment is in test mode
    const { key } = await aKey(cwd, '--mode', 'live')
    expect(key).toMatch(/^sk_live_/)
    const { url } = await served(cwd)
    const answer = await fetch(`${url}/v1/identity/verification_flows/a`, {
      headers: { authorization: `Bearer ${key}` },
    })
    expect(answer.status).toBe(404)
  })

  test('a wrong key exits 6, a service that is down exits 1, and neither shows the key', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    const { url, child } = await served(cwd)
    const { writeFileSync } = await import('node:fs')
    writeFileSync(`${cwd}/flows.config.yaml`, overHttp(url))
    const env = { FLOWS_KEY: 'sk_test_wrongwrongwrong', FLOWS_ENV: 'remote' }
    const refused = await flows(['plan'], { cwd, env })
    expect(refused.code).toBe(6)
    child.kill('SIGKILL')
    await ended(child)
    const down = await flows(['plan'], { cwd, env })
    expect(down.code).toBe(1)
    expect(down.stderr).toContain(url)
    expect(refused.stderr + down.stderr).not.toContain('wrongwrong')
  })

  test('stops on SIGTERM with 0 and on SIGINT with 130, after finishing what it was doing', async () => {
    for (const [signal, code] of [
      ['SIGTERM', 0],
      ['SIGINT', 130],
    ] as const) {
      const { child } = await served(aProject())
      const end = ended(child)
      child.kill(signal)
      expect(await end).toMatchObject({ code })
    }
  })

  test('a port that is taken is told in one line', async () => {
    const cwd = aProject()
    const { url } = await served(cwd)
    const { code, stderr } = await flowsProcess(['serve', '--port', new URL(url).port], { cwd })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error .*port/)
  })
})
