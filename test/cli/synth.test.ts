import { cpSync, existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createFlow, updateFlow } from '../../src/service/operations/flows/flows.js'
import { aDefinition, aProject, CONFIG, flows, writeFiles } from '../helpers/cli.js'
import { outsideGit } from '../helpers/outside-git.js'

const LIVE = '  live: { mode: live, api: "https://flows.example.com", api_key_env: FLOWS_LIVE_KEY }\n'

const written = (cwd: string, file: string) => JSON.parse(readFileSync(join(cwd, file), 'utf8'))

describe('flows synth', () => {
  test('prints the flows of one environment, needs neither key nor service, and names no secret', async () => {
    const overlay = 'environments: { live: { static_link: { active: true } } }\n'
    const cwd = aProject({ high: aDefinition('High', overlay) }, CONFIG + LIVE)
    const { code, stdout, stderr } = await flows(['synth', '--env', 'live'], { cwd })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({
      provider: { flows: { project: 'acme-kyc', api: 'https://flows.example.com' } },
      resource: { flows_verification_flow: { high: { key: 'high', name: 'High', static_link: { active: true } } } },
    })
    expect(stdout).not.toContain('FLOWS_LIVE_KEY')
  })

  test('writes a file in a folder, which names the embedded store from there; again is no change', async () => {
    const cwd = aProject({ high: aDefinition('High') })
    expect((await flows(['synth', '--out', 'infra/kyc', '--check'], { cwd })).code).toBe(2)
    expect(existsSync(join(cwd, 'infra'))).toBe(false)
    const done = await flows(['synth', '--out', 'infra/kyc'], { cwd })
    expect(done).toMatchObject({ code: 0, stdout: 'Wrote infra/kyc/flows.tf.json: 1 flow of local.\n' })
    expect(written(cwd, 'infra/kyc/flows.tf.json').provider.flows.store).toBe('../../.flows/store.sqlite')
    expect((await flows(['synth', '--out', 'infra/kyc', '--check'], { cwd })).stdout).toContain('up to date')
    writeFiles(cwd, { 'flows/high.yaml': aDefinition('Higher') })
    expect((await flows(['synth', '--out', 'infra/kyc/flows.tf.json', '--check'], { cwd })).code).toBe(2)
    expect((await flows(['synth', '--out', 'infra/kyc/flows.tf.json'], { cwd })).code).toBe(0)
    expect(written(cwd, 'infra/kyc/flows.tf.json').resource.flows_verification_flow.high.name).toBe('Higher')
  })

  test('refuses what Terraform would not read, and invalid definitions', async () => {
    const cwd = aProject({ high: aDefinition('High') })
    expect((await flows(['synth', '--out', 'flows.tf'], { cwd })).code).toBe(64)
    expect((await flows(['synth', '--check'], { cwd })).code).toBe(64)
    writeFiles(cwd, { 'flows/high.yaml': 'name: High\n' })
    expect(await flows(['synth'], { cwd })).toMatchObject({ code: 3, stdout: '' })
  })

  test('says what is in the way of the file', async () => {
    const cwd = aProject({ high: aDefinition('High') })
    writeFiles(cwd, { plain: '', 'taken/flows.tf.json/x': '' })
    symlinkSync('nowhere', join(cwd, 'link'))
    for (const [out, why] of [
      ['plain', 'plain is a file, not a folder'],
      ['plain/below/it', 'plain is a file, not a folder'],
      ['link', 'link is a link to nothing'],
      ['taken', 'taken/flows.tf.json is a folder'],
    ] as const) {
      for (const check of [[], ['--check']]) {
        const { code, stderr } = await flows(['synth', '--out', out, ...check], { cwd })
        expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining(why) })
      }
    }
  })

  test('--import has a block for every flow that exists, by the name that it has now; new ones have none', async () => {
    const cwd = aProject({ kept: aDefinition('Kept'), old: aDefinition('Old'), moved: aDefinition('Moved') })
    await flows(['apply', '--yes'], { cwd })
    await outsideGit(cwd, async (call) => {
      await updateFlow(call, 'moved', { key: 'elsewhere' })
      await createFlow(call, { key: 'free', name: 'Free', type: 'document' })
    })
    writeFiles(cwd, { 'flows/new.yaml': aDefinition('New'), 'flows/free.yaml': aDefinition('Free') })
    await flows(['plan'], { cwd })
    const { stdout } = await flows(['synth', '--import'], { cwd })
    expect(JSON.parse(stdout).import).toEqual([
      { to: 'flows_verification_flow.free', id: 'free' },
      { to: 'flows_verification_flow.kept', id: 'kept' },
      { to: 'flows_verification_flow.moved', id: 'elsewhere' },
      { to: 'flows_verification_flow.old', id: 'old' },
    ])
  })

  test('--import names the flows that Terraform does not take over, as they have no definition any more', async () => {
    const cwd = aProject({ kept: aDefinition('Kept'), 'si-b': aDefinition('B'), 'si-c': aDefinition('C') })
    await flows(['apply', '--yes'], { cwd })
    for (const file of ['si-b', 'si-c']) rmSync(join(cwd, `flows/${file}.yaml`))
    await outsideGit(cwd, (call) => createFlow(call, { key: 'free', name: 'Free', type: 'document' }))
    const { code, stdout, stderr } = await flows(['synth', '--import'], { cwd })
    expect({ code, taken: JSON.parse(stdout).import }).toEqual({
      code: 0,
      taken: [{ to: 'flows_verification_flow.kept', id: 'kept' }],
    })
    expect(stderr).toMatch(/^warning: 2 flows of acme-kyc in local have no definition.*: si-b, si-c\. Bring their/)
    expect(stderr).toContain(
      '(flows pull si-b si-c --all --env local), or archive them first (flows apply --env local)',
    )
    await flows(['pull', 'si-c', '--all', '--env', 'local'], { cwd })
    const one = await flows(['synth', '--import', '--out', 'infra'], { cwd })
    expect(one.stderr).toMatch(/^warning: 1 flow of acme-kyc in local has no definition.*: si-b\. Bring its/)
    await flows(['apply', '--yes', '--allow', 'archive'], { cwd })
    expect(await flows(['synth', '--import'], { cwd })).toMatchObject({ code: 0, stderr: '' })
  })

  test('--import takes over no flow of another project', async () => {
    const cwd = aProject({ theirs: aDefinition('Theirs') })
    await flows(['keys', 'create', '--name', 'x'], { cwd }) // makes the store
    await outsideGit(cwd, (call) => createFlow(call, { key: 'theirs', name: 'T', type: 'document', project: 'other' }))
    const { code, stderr } = await flows(['synth', '--import', '--out', 'infra'], { cwd })
    expect(code).toBe(1)
    expect(stderr).toContain('managed by project "other"')
    expect(existsSync(join(cwd, 'infra'))).toBe(false)
  })
})

describe('flows import --from-terraform', () => {
  const shown = (...flowsInState: readonly (readonly [address: string, id: string])[]) =>
    JSON.stringify({
      format_version: '1.0',
      values: {
        root_module: {
          resources: flowsInState.map(([address, id]) => ({
            address,
            mode: 'managed',
            type: 'flows_verification_flow',
            values: { id },
          })),
        },
      },
    })

  /** A folder in which nothing but the store remembers flows that this project applied. */
  async function handedOver(keys: readonly string[], config = CONFIG) {
    const cwd = aProject(Object.fromEntries(keys.map((key) => [key, aDefinition(key.toUpperCase())])), config)
    expect(await flows(['apply', '--yes'], { cwd })).toMatchObject({ code: 0 })
    const list = JSON.parse((await flows(['list', '--json'], { cwd })).stdout)
    const ids = new Map<string, string>(list.flows.map((flow: { key: string; id: string }) => [flow.key, flow.id]))
    const fresh = aProject({}, config)
    cpSync(join(cwd, '.flows'), join(fresh, '.flows'), { recursive: true })
    return { cwd: fresh, id: (key: string) => ids.get(key) ?? '' }
  }

  test('writes definitions for what Terraform managed, the plan is empty, and prints how Terraform forgets it', async () => {
    const { cwd, id } = await handedOver(['a', 'b'])
    writeFiles(cwd, {
      'state.json': shown(
        ['flows_verification_flow.a', id('a')],
        ['module.eu["x"].flows_verification_flow.all["b"]', id('b')],
      ),
    })
    const done = await flows(['import', '--from-terraform', 'state.json'], { cwd })
    expect(done.code).toBe(0)
    expect(done.stdout).toBe(
      'removed {\n  from = flows_verification_flow.a\n  lifecycle {\n    destroy = false\n  }\n}\n\n' +
        'removed {\n  from = module.eu.flows_verification_flow.all\n  lifecycle {\n    destroy = false\n  }\n}\n',
    )
    expect(readFileSync(join(cwd, 'flows/b.yaml'), 'utf8')).toBe('name: B\ntype: document\n')
    expect((await flows(['plan', '--detailed-exitcode'], { cwd })).code).toBe(0)
    const again = await flows(['import', '--from-terraform', 'state.json', '--json'], { cwd })
    expect(JSON.parse(again.stdout)).toMatchObject({ edits: [], removed: done.stdout, exit_code: 0 })
  })

  test('takes only the flows that are named', async () => {
    const { cwd, id } = await handedOver(['a', 'b'])
    const state = shown(['flows_verification_flow.a', id('a')], ['flows_verification_flow.b', id('b')])
    writeFiles(cwd, { 'state.json': state })
    expect((await flows(['import', 'b', '--from-terraform', 'state.json'], { cwd })).stdout).not.toContain('flow.a')
    expect(existsSync(join(cwd, 'flows/a.yaml'))).toBe(false)
    const unknown = await flows(['import', 'c', '--from-terraform', 'state.json'], { cwd })
    expect(unknown).toMatchObject({ code: 1, stdout: '' })
    expect(unknown.stderr).toContain('no flow "c"')
  })

  test('leaves no flow behind whose resource Terraform forgets with it', async () => {
    const { cwd, id } = await handedOver(['a', 'b'])
    const all = (key: string) => [`flows_verification_flow.all["${key}"]`, id(key)] as const
    writeFiles(cwd, { 'state.json': shown(all('a'), all('b')) })
    const { code, stderr } = await flows(['import', 'a', '--from-terraform', 'state.json'], { cwd })
    expect(code).toBe(1)
    expect(stderr).toContain('flows_verification_flow.all is "b" as well: name all of its flows')
    expect(existsSync(join(cwd, 'flows'))).toBe(false)
    const both = await flows(['import', 'a', 'b', '--from-terraform', 'state.json'], { cwd })
    expect(both).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^removed \{\n {2}from = flows_verification_flow\.all\n[^{]+\{[^}]+\}\n\}\n$/),
    })
  })

  test('writes no API key that somebody put into a flow', async () => {
    const { cwd, id } = await handedOver(['a', 'b'])
    const secret = `sk_live_${'x'.repeat(24)}`
    await outsideGit(cwd, (call) => updateFlow(call, 'a', { description: secret }))
    writeFiles(cwd, { 'state.json': shown(['flow.a', id('a')], ['flow.b', id('b')]) })
    const { code, stderr } = await flows(['import', '--from-terraform', 'state.json'], { cwd })
    expect(code).toBe(1)
    expect(stderr).toContain('Nothing was written: "a" holds an API key in description: take it out of the flow first.')
    expect(stderr).not.toContain(secret)
    expect(existsSync(join(cwd, 'flows'))).toBe(false)
  })

  test('adopts nothing, so what is said of adopting is bad usage', async () => {
    const { cwd, id } = await handedOver(['a'])
    writeFiles(cwd, { 'state.json': shown(['flows_verification_flow.a', id('a')]) })
    for (const option of ['--no-adopt', '--allow=weaken']) {
      expect((await flows(['import', '--from-terraform', 'state.json', option], { cwd })).code).toBe(64)
    }
    expect(existsSync(join(cwd, 'flows'))).toBe(false)
  })

  test('says of every flow why it cannot be taken, and writes nothing', async () => {
    const { cwd, id } = await handedOver(['a'])
    writeFiles(cwd, {
      'flows.config.yaml': CONFIG.replace('acme-kyc', 'other'),
      'state.json': shown(['flows_verification_flow.a', id('a')], ['flows_verification_flow.gone', 'vf_gone']),
    })
    const { code, stderr } = await flows(['import', '--from-terraform', 'state.json'], { cwd })
    expect(code).toBe(1)
    expect(stderr).toContain('is managed by project "acme-kyc": write "project: acme-kyc" into flows.config.yaml')
    expect(stderr).toContain('flows_verification_flow.gone (vf_gone) is not in local')
    expect(existsSync(join(cwd, 'flows'))).toBe(false)
  })

  test('refuses two resources of one flow, and names both', async () => {
    const { cwd, id } = await handedOver(['a', 'b'])
    const twice = ['flows_verification_flow.one', 'flows_verification_flow.b["x"]'].map(
      (address) => [address, id('a')] as const,
    )
    writeFiles(cwd, { 'state.json': shown(...twice, ['flows_verification_flow.two', id('b')]) })
    const { code, stderr } = await flows(['import', '--from-terraform', 'state.json'], { cwd })
    expect(code).toBe(1)
    expect(stderr).toContain(
      `Nothing was written: flows_verification_flow.one and flows_verification_flow.b["x"] are one flow (${id('a')}): take one out of the state with terraform state rm.`,
    )
    expect(existsSync(join(cwd, 'flows'))).toBe(false)
    expect((await flows(['import', 'b', '--from-terraform', 'state.json'], { cwd })).code).toBe(0)
  })

  test('says which flows it could take, where the state has others beside them', async () => {
    const { cwd, id } = await handedOver(['a', 'b', 'c'])
    writeFiles(cwd, {
      'state.json': shown(
        ['flows_verification_flow.a', id('a')],
        ['flows_verification_flow.b["x"]', 'vf_of_live'],
        // Terraform forgets a resource with all its instances.
        ['flows_verification_flow.b["y"]', id('b')],
        ['flows_verification_flow.c', id('c')],
      ),
    })
    const { code, stderr } = await flows(['import', '--from-terraform', 'state.json'], { cwd })
    expect(code).toBe(1)
    expect(stderr).toContain('flows_verification_flow.b["x"] (vf_of_live) is not in local')
    expect(stderr).toMatch(/to take only the others, name their keys: a c$/m)
    expect((await flows(['import', 'a', 'c', '--from-terraform', 'state.json'], { cwd })).code).toBe(0)
  })

  test('a file that is not there, and a folder, are bad usage', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    for (const [file, why] of [
      ['nofile.json', 'there is no file nofile.json'],
      ['flows', 'flows is a folder'],
    ] as const) {
      const { code, stderr } = await flows(['import', '--from-terraform', file], { cwd })
      expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining(why) })
      expect(stderr).toContain('run terraform show -json > state.json')
    }
  })

  test.each([
    ['a state file as Terraform keeps it', '{"version":4,"resources":[]}', 'not what terraform show -json prints'],
    ['no JSON', 'flows', 'not what terraform show -json prints'],
    ['a state without flows', '{"format_version":"1.0"}', 'holds no flow'],
  ])('%s is bad usage', async (_, text, why) => {
    const cwd = aProject({ a: aDefinition('A') })
    writeFiles(cwd, { 'state.json': text })
    const { code, stderr } = await flows(['import', '--from-terraform', 'state.json'], { cwd })
    expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining(why) })
  })
})
