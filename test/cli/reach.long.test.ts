import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createKey } from '../../src/service/operations/keys/keys.js'
import { aDefinition, aProject, flows, writeFiles } from '../helpers/cli.js'
import { served, TESTER } from '../service/serving.js'

/** A project with flows on both sides of what a key reaches, applied by a key that reaches all. */
async function aWiderProject() {
  const api = await served()
  const config = `project: acme\nenvironments:\n  test: { mode: test, api: "${api.url}", api_key_env: KEY }\n`
  const cwd = aProject({ 'kyc-a': aDefinition('A'), 'kyc-b': aDefinition('B'), 'sign-up': aDefinition('S') }, config)
  const as = (key: string) => (args: readonly string[]) => flows(args, { cwd, env: { KEY: key } })
  const make = async (binding: object) => {
    const params = { name: 'ci', scopes: ['flows:write', 'deployments:write'], ...binding }
    return (await api.service.write(TESTER, (call) => createKey(call, params))).secret
  }
  const all = as(api.key)
  expect(await all(['apply', '--yes'])).toMatchObject({ code: 0 })
  const bound = as(await make({ project: 'acme', flows: ['kyc-*'] }))
  return { cwd, all, bound, as, make, api }
}

test('a project that is wider than its key is refused with the names, by every command that compares it', async () => {
  const { bound, as, make, cwd } = await aWiderProject()
  const beyond = expect.stringMatching(
    /the API key reaches only the flows kyc-\* of the project acme, and 1 flow\s+lies beyond: sign-up/,
  )
  for (const args of [
    ['plan'],
    ['apply', '--yes'],
    ['drift'],
    ['pull'],
    ['plan', '--only', 'sign-up'],
    ['pull', 'sign-up'],
    ['synth', '--import'],
  ]) {
    const { code, stdout, stderr } = await bound(args)
    expect([code, stdout, stderr], args.join(' ')).toEqual([6, '', beyond])
  }
  // Flows that nobody manages are beyond a key of a project.
  expect(await bound(['import', '--no-adopt'])).toMatchObject({
    code: 6,
    stderr: expect.stringContaining('nobody manages'),
  })
  const json = JSON.parse((await bound(['plan', '--json'])).stdout)
  expect(json).toMatchObject({ code: 'key_bound', exit_code: 6 })
  // A key of the whole project has nothing beyond.
  expect(await as(await make({ project: 'acme' }))(['plan'])).toMatchObject({ code: 0, stderr: '' })
  // A rename takes a flow that the key does not see, so it would be planned as a new one.
  rmSync(join(cwd, 'flows/sign-up.yaml'))
  writeFiles(cwd, { 'flows/kyc-s.yaml': `renamed_from: sign-up\n${aDefinition('S')}` })
  expect(await bound(['plan'])).toMatchObject({ code: 6, stderr: beyond })
})

describe('limited to flows that the key reaches', () => {
  test('commands work, and say that there may be others', async () => {
    const { bound, cwd, all } = await aWiderProject()
    const notAll = expect.stringContaining('other flows of the project are not looked at')
    writeFiles(cwd, { 'flows/kyc-a.yaml': aDefinition('Edited') })
    const plan = await bound(['plan', '--only', 'kyc-a'])
    expect(plan).toMatchObject({ code: 0, stdout: expect.stringContaining('1 to update'), stderr: notAll })
    expect(await bound(['apply', '--yes', '--only', 'kyc-a'])).toMatchObject({ code: 0 })
    expect(await bound(['drift', 'kyc-a'])).toMatchObject({ code: 0, stderr: notAll })
    expect(await bound(['pull', 'kyc-a', 'kyc-b'])).toMatchObject({ code: 0, stderr: notAll })
    // It did what it says, and no more.
    expect(await all(['plan'])).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to do'), stderr: '' })
  })
})
