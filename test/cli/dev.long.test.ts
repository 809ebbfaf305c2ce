import type { ChildProcess } from 'node:child_process'
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { aDefinition, aProject, ended, flows, flowsProcess, start, writeFiles } from '../helpers/cli.js'

/** All that a process has said, to be waited for piece by piece. */
function listening(child: ChildProcess) {
  let said = ''
  let look = () => {}
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      look()
    })
  }
  /** Resolves with what was said since the last time, as soon as it holds the text. */
  return (text: string): Promise<string> =>
    new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`waited for ${JSON.stringify(text)}, heard:\n${said}`)), 200_000)
      look = () => {
        if (!said.includes(text)) return
        clearTimeout(timer)
        const heard = said
        said = ''
        done(heard)
      }
      look()
    })
}

async function developing(cwd: string, ...args: string[]) {
  const child = start(['dev', '--port', '0', ...args], { cwd })
  onTestFinished(() => void child.kill('SIGKILL'))
  const hear = listening(child)
  const begun = await hear('unchanged.\n')
  return {
    child,
    hear,
    begun,
    url: /http:\/\/127\.0\.0\.1:\d+/.exec(begun)?.[0] ?? '',
    key: /sk_test_\w+/.exec(begun)?.[0] ?? '',
  }
}

describe('flows dev', () => {
  test('applies what is there, and then whatever is saved, until Ctrl-C', async () => {
    const cwd = aProject({ a: aDefinition('A', 'static_link: { active: true }\n') })
    const { child, hear, begun, url, key } = await developing(cwd)
    expect(begun).toContain('Applied: 1 created; 0 unchanged.')
    const link = /http\S+\/l\/\w+/.exec(begun + (await hear('/l/')))?.[0] ?? ''
    expect((await fetch(link)).status, 'the link of a').toBe(200)
    const nameOf = async (flow: string) => {
      const response = await fetch(`${url}/v1/identity/verification_flows/${flow}`, {
        headers: { authorization: `Bearer ${key}` },
      })
      return ((await response.json()) as { name?: string }).name
    }
    expect(await nameOf('a')).toBe('A')

    // As many editors save.
    writeFileSync(join(cwd, 'flows/.a.tmp'), aDefinition('A2', 'static_link: { active: true }\n'))
    renameSync(join(cwd, 'flows/.a.tmp'), join(cwd, 'flows/a.yaml'))
    expect(await hear('Applied: 1 updated')).toMatch(/flows\/a\.yaml changed[\s\S]*name +"A" → "A2"/)
    expect(await nameOf('a')).toBe('A2')

    writeFiles(cwd, { 'flows/b.yaml': 'name: B\ntype: documnet\n' })
    expect(await hear('Waiting for the next save')).toContain('flows/b.yaml:2:7')
    const many = Array.from({ length: 30 }, (_, n) => [`flows/m${n}.yaml`, aDefinition(`M${n}`)])
    writeFiles(cwd, { 'flows/b.yaml': aDefinition('B'), ...Object.fromEntries(many) })
    await expect.poll(() => nameOf('m29'), { timeout: 200_000 }).toBe('M29')

    // A folder that is gone, as while a branch is changed, archives nothing.
    renameSync(join(cwd, 'flows'), join(cwd, 'elsewhere'))
    await hear('FOLDER_MISSING')
    renameSync(join(cwd, 'elsewhere'), join(cwd, 'flows'))
    rmSync(join(cwd, 'flows/b.yaml'))
    expect(await hear('1 archived')).toMatch(/- archive b/)

    const end = ended(child)
    child.kill('SIGINT')
    expect((await end).code).toBe(130)
    const keys = JSON.parse((await flows(['keys', 'list', '--json'], { cwd })).stdout)
    expect(keys.data).toMatchObject([{ name: 'flows dev', revoked: expect.any(Number) }])
    expect(await flows(['plan', '--detailed-exitcode'], { cwd }), 'all is as defined').toMatchObject({ code: 0 })
  })

  test('refuses nothing of what a guard would refuse, but says so', async () => {
    const guarded = 'project: acme-kyc\nenvironments:\n  local: { guards: { weaken: block, max_change_share: 0 } }\n'
    const strict = 'protected: true\noptions: { email: { require_verification: true } }\n'
    const cwd = aProject({ a: aDefinition('A', strict) }, guarded)
    const { hear, child } = await developing(cwd)
    writeFiles(cwd, { 'flows/a.yaml': aDefinition('A', 'protected: true\n') })
    expect(await hear('Applied: 1 updated')).toMatch(/weaken:[\s\S]*protected:/)
    const end = ended(child)
    child.kill('SIGTERM')
    expect((await end).code).toBe(0)
  })

  test('watches the folder that the configuration names for policies, and shows what they warn of where nothing is to do', async () => {
    const rule = (message: string) => `require: flow.description != null\nmessage: ${message}\nlevel: warn\n`
    const cwd = aProject({ a: aDefinition('A') }, 'project: acme-kyc\npolicies: rules\nenvironments:\n  local: {}\n')
    writeFiles(cwd, { 'rules/described.yaml': rule('says what it is for') })
    const { hear, begun } = await developing(cwd)
    expect(begun).toContain('warned   described: says what it is for')
    writeFiles(cwd, { 'rules/described.yaml': rule('has a description') })
    const told = await hear('Nothing to do')
    expect(told).toContain('rules/described.yaml changed')
    expect(told).toContain('warned   described: has a description')
  })

  test('writes to no service, whatever the configuration says, at the beginning or later', async () => {
    const service = 'project: acme-kyc\nenvironments:\n  local: { api: "http://127.0.0.1:9", api_key_env: K }\n'
    const cwd = aProject({ a: aDefinition('A') }, service)
    const refused = await flowsProcess(['dev', '--port', '0'], { cwd, env: { K: 'sk_test_1' } })
    expect(refused).toMatchObject({ code: 64, stderr: expect.stringContaining('is a service') })

    writeFiles(cwd, { 'flows.config.yaml': 'project: acme-kyc\nenvironments:\n  local: {}\n' })
    const { hear } = await developing(cwd)
    writeFiles(cwd, { 'flows.config.yaml': service, 'flows/a.yaml': aDefinition('Other') })
    expect(await hear('Waiting for the next save')).toContain('is a service')
  })
})

test('flows dev whose store goes away applies nothing more, says why, and ends', async () => {
  const cwd = aProject({ a: aDefinition('A') })
  const { child, hear, url, key } = await developing(cwd)
  rmSync(join(cwd, '.flows'), { recursive: true })
  writeFileSync(join(cwd, 'flows/a.yaml'), aDefinition('A2'))
  expect(await hear('Waiting for the next save')).toContain('was removed or replaced while it was open')
  expect(existsSync(join(cwd, '.flows', 'store.sqlite'))).toBe(false)
  const answer = await fetch(`${url}/v1/identity/verification_flows`, { headers: { authorization: `Bearer ${key}` } })
  expect(answer.status).toBe(503)
  const end = ended(child)
  child.kill('SIGTERM')
  expect(await end).toMatchObject({ code: 0 })
})
