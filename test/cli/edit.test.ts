import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { WriteCall } from '../../src/service/operations/calls/call.js'
import { archiveFlow, createFlow, restoreFlow, updateFlow } from '../../src/service/operations/flows/flows.js'
import { aDefinition, aProject, CONFIG, ended, flows, printed, startOnTerminal, writeFiles } from '../helpers/cli.js'
import { outsideGit } from '../helpers/outside-git.js'

const text = (cwd: string, file: string) => readFileSync(join(cwd, file), 'utf8')

/** A project whose definitions are applied. */
async function applied(definitions: Readonly<Record<string, string>>): Promise<string> {
  const cwd = aProject(definitions)
  expect(await flows(['apply', '--yes'], { cwd })).toMatchObject({ code: 0 })
  return cwd
}

const SIGN_UP = '# All about it\nname: Sign-up   # shown\ntype: document\n'

describe('flows pull', () => {
  test('writes what was edited outside git into the YAML, says who did it, and the plan is empty then', async () => {
    const cwd = await applied({ 'sign-up': SIGN_UP })
    await outsideGit(cwd, (call) => updateFlow(call, 'sign-up', { name: 'Register', static_link: { active: true } }))
    const checked = await flows(['pull', '--check'], { cwd })
    expect(checked).toMatchObject({ code: 2 })
    expect(text(cwd, 'flows/sign-up.yaml')).toBe(SIGN_UP)
    const pulled = await flows(['pull'], { cwd })
    expect(pulled).toMatchObject({ code: 0, stderr: '' })
    expect(pulled.stdout).toContain('name                "Sign-up" → "Register"  # line 2')
    expect(pulled.stdout).toContain('dashboard')
    expect(text(cwd, 'flows/sign-up.yaml')).toBe(
      '# All about it\nname: Register   # shown\ntype: document\nstatic_link: { active: true }\n',
    )
    expect((await flows(['plan', '--detailed-exitcode'], { cwd })).code).toBe(0)
    expect((await flows(['pull'], { cwd })).stdout).toBe('Nothing to pull: nothing was edited outside git in local.\n')
  })

  test('as JSON it names file, line, fields and the editor', async () => {
    const cwd = await applied({ 'sign-up': SIGN_UP })
    await outsideGit(cwd, (call) => updateFlow(call, 'sign-up', { name: 'Register' }))
    const { code, stdout } = await flows(['pull', '--check', '--json'], { cwd })
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({
      format: 'flows.pull',
      written: false,
      edits: [
        {
          edit: 'edit',
          file: 'flows/sign-up.yaml',
          fields: [{ path: '/name', before: 'Sign-up', after: 'Register', line: 2 }],
          edited_by: 'dashboard',
        },
      ],
      exit_code: 2,
    })
  })

  test('a key that was changed outside git renames the file; an archived flow loses its definition', async () => {
    const cwd = await applied({ a: aDefinition('A'), b: aDefinition('B') })
    await outsideGit(cwd, async (call) => {
      await updateFlow(call, 'a', { key: 'c' })
      await archiveFlow(call, 'b')
    })
    const { code, stdout } = await flows(['pull'], { cwd })
    expect({ code, stdout }).toMatchObject({ code: 0 })
    expect(existsSync(join(cwd, 'flows/a.yaml'))).toBe(false)
    expect(existsSync(join(cwd, 'flows/b.yaml'))).toBe(false)
    expect(text(cwd, 'flows/c.yaml')).toBe(`${aDefinition('A')}renamed_from: a\n`)
    expect((await flows(['plan', '--detailed-exitcode'], { cwd })).code).toBe(0)
  })

  test('keys that were exchanged outside git: drift shows both, plan and pull refuse until they are given back', async () => {
    const cwd = await applied({ a: aDefinition('A'), b: aDefinition('B') })
    const give = (key: string, to: string) => outsideGit(cwd, (call) => updateFlow(call, key, { key: to }))
    for (const [from, to] of [
      ['a', 'x'],
      ['b', 'a'],
      ['x', 'b'],
    ] as const)
      await give(from, to)
    const drift = await flows(['drift'], { cwd })
    expect(drift.code).toBe(2)
    expect(drift.stdout).toMatch(/key +"a" → "b"/)
    expect(drift.stdout).toMatch(/key +"b" → "a"/)
    const plan = await flows(['plan'], { cwd })
    expect(plan.code).toBe(1)
    expect(plan.stdout).toContain(
      'KEY_OF_OTHER_FLOW the flow that was deployed as "b" was given the key "a" outside git',
    )
    const pulled = await flows(['pull'], { cwd })
    expect(pulled.code).toBe(1)
    expect(pulled.stderr).toContain('Nothing was written. flows/a.yaml: the flow that was deployed as "b" was given')
    expect(drift.stdout).toMatch(
      /\na, b: keys exchanged: flows pull and flows apply refuse until they are given back in the service\n$/,
    )
    const blame = await flows(['blame', 'a'], { cwd })
    expect(blame.stdout).toContain('flows/b.yaml:1')
    expect(blame.stdout).toContain(
      'the flow that was deployed as "b" was given the key "a" outside git\nhint: give it its key',
    )
    expect(blame.stdout).not.toContain('git says')
    expect(JSON.parse((await flows(['blame', 'a', '--json'], { cwd })).stdout)).toMatchObject({
      source: { file: 'flows/b.yaml' },
      conflict: { code: 'KEY_OF_OTHER_FLOW' },
    })
    expect(text(cwd, 'flows/a.yaml')).toBe(aDefinition('A'))
    for (const [from, to] of [
      ['a', 'x'],
      ['b', 'a'],
      ['x', 'b'],
    ] as const)
      await give(from, to)
    expect((await flows(['plan', '--detailed-exitcode'], { cwd })).code).toBe(0)
    expect((await flows(['drift'], { cwd })).code).toBe(0)
  })

  test('what no definition can say of the drift stays, is told as drift tells it, and fails the job of pull requests', async () => {
    const cwd = await applied({ a: aDefinition('A'), released: aDefinition('Released'), restored: aDefinition('R') })
    rmSync(join(cwd, 'flows/restored.yaml'))
    expect(await flows(['apply', '--yes'], { cwd })).toMatchObject({ code: 0 })
    await outsideGit(cwd, async (call) => {
      await restoreFlow(call, 'restored')
      await updateFlow(call, 'released', { project: null })
      await createFlow(call, { key: 'made', name: 'Made', type: 'document', project: 'acme-kyc' })
    })
    const lines = [
      'made, restored: no definition: flows pull <key> writes one, flows apply archives the flow',
      'released: taken out of the project: flows pull writes nothing, flows apply takes it over again unless its definition is removed',
    ]
    const drift = await flows(['drift'], { cwd })
    expect(drift.code).toBe(2)
    expect(drift.stdout.trimEnd().split('\n').slice(-2)).toEqual(lines)
    const pulled = await flows(['pull'], { cwd })
    expect(pulled).toMatchObject({
      code: 0,
      stdout: 'Nothing to pull: nothing that a definition takes over was edited in local.\n',
      stderr: `Drift that stays:\n${lines.map((line) => `    ${line}\n`).join('')}`,
    })
    const github = { GITHUB_REPOSITORY: 'acme/kyc', GITHUB_TOKEN: 'ghs_workflow' }
    expect((await flows(['pull', '--pull-request'], { cwd, env: github })).code).toBe(2)
    expect(await flows(['pull', 'made', 'restored'], { cwd })).toMatchObject({ code: 0, stderr: '' })
    const json = JSON.parse((await flows(['pull', '--json'], { cwd })).stdout)
    expect(json).toMatchObject({ edits: [], left: [{ key: 'released', why: 'released' }] })
    expect(await flows(['apply', '--yes'], { cwd })).toMatchObject({ code: 0 })
    expect((await flows(['drift'], { cwd })).code).toBe(0)
  })

  test('a field that git changed and somebody edited too stays as git says, and is told', async () => {
    const cwd = await applied({ a: aDefinition('A') })
    writeFiles(cwd, { 'flows/a.yaml': aDefinition('From git') })
    await outsideGit(cwd, (call) => updateFlow(call, 'a', { name: 'Outside' }))
    const line =
      'a: changed in git too: flows pull keeps what git says (--all takes the service), flows apply makes it so\n'
    expect((await flows(['drift'], { cwd })).stdout).toContain(`\n\n${line}`)
    expect(await flows(['pull'], { cwd })).toMatchObject({ code: 0, stderr: `Drift that stays:\n    ${line}` })
    expect(text(cwd, 'flows/a.yaml')).toBe(aDefinition('From git'))
    expect(await flows(['pull', '--all'], { cwd })).toMatchObject({ code: 0, stderr: '' })
    expect(text(cwd, 'flows/a.yaml')).toBe(aDefinition('Outside'))
  })

  test('an API key that somebody put into a flow is never written nor shown: all the rest is', async () => {
    const cwd = await applied({ a: aDefinition('A'), b: aDefinition('B') })
    const secret = 'rk_test_51AbCdEf0123456789abcdefghijklmn'
    await outsideGit(cwd, async (call) => {
      await updateFlow(call, 'a', { description: secret, protected: true })
      await updateFlow(call, 'b', { metadata: { [secret]: 'x' }, name: 'B2' })
    })
    const said =
      'Not written: description of a, since an API key stands there. Revoke the key, and take it out of the flow.\n' +
      'Not written: metadata.rk_test_... of b, since an API key stands there. Revoke the key, and take it out of the flow.\n'
    const pulled = await flows(['pull'], { cwd })
    expect(pulled.code).toBe(1)
    expect(pulled.stderr).toContain(said)
    expect([text(cwd, 'flows/a.yaml'), text(cwd, 'flows/b.yaml')]).toEqual([
      aDefinition('A', 'protected: true\n'),
      aDefinition('B2'),
    ])
    const again = await flows(['pull', '--json'], { cwd })
    expect(JSON.parse(again.stdout)).toMatchObject({
      edits: [],
      withheld: [
        { key: 'a', paths: ['/description'] },
        { key: 'b', paths: ['/metadata/rk_test_...'] },
      ],
      exit_code: 1,
    })
    expect(pulled.stdout + pulled.stderr + again.stdout).not.toContain(secret)
    expect((await flows(['drift'], { cwd })).stdout).toContain('a, b: an API key stands in it')
  })

  test('what was pulled is recorded by the next apply: the edit taken back outside git is drift, and its key is free', async () => {
    const cwd = await applied({ a: aDefinition('A') })
    const edit = (fields: Parameters<typeof updateFlow>[2], key = 'a') =>
      outsideGit(cwd, (call) => updateFlow(call, key, fields))
    await edit({ name: 'Edited', key: 'c' })
    await flows(['pull'], { cwd })
    const plan = await flows(['plan', '--detailed-exitcode'], { cwd })
    expect(plan).toMatchObject({ code: 0 })
    expect(plan.stdout).toContain('Edited outside git, and git now says the same: c. Apply records it.')
    const recorded = await flows(['apply'], { cwd })
    expect(recorded).toMatchObject({ code: 0 })
    expect(recorded.stdout).toMatch(/^Applied to local: 1 recorded as edited; 1 unchanged\.\nDeployment vfd_/)
    expect((await flows(['apply'], { cwd })).stdout).toBe('Nothing to do: 1 unchanged in local.\n')
    await edit({ name: 'A' }, 'c')
    expect((await flows(['drift'], { cwd })).stdout).toMatch(/name +"Edited" → "A"/)
    writeFiles(cwd, { 'flows/c.yaml': aDefinition('A'), 'flows/a.yaml': aDefinition('Another') })
    expect((await flows(['apply', '--yes'], { cwd })).stdout).toContain('1 created')
  })

  test('never removes the last definition, and knows no key that is nowhere', async () => {
    const cwd = await applied({ a: aDefinition('A') })
    await outsideGit(cwd, (call) => archiveFlow(call, 'a'))
    const refused = await flows(['pull', '--json'], { cwd })
    expect({ ...refused, stdout: JSON.parse(refused.stdout) }).toMatchObject({
      code: 1,
      stdout: { code: 'last_definition' },
    })
    expect(existsSync(join(cwd, 'flows/a.yaml'))).toBe(true)
    expect((await flows(['pull', 'z'], { cwd })).code).toBe(64)
  })

  test('a definition that git removed stays away until it is named', async () => {
    const cwd = await applied({ a: aDefinition('A'), b: aDefinition('B', 'protected: true\n') })
    rmSync(join(cwd, 'flows/b.yaml'))
    const kept = await flows(['pull'], { cwd })
    expect(kept.stderr).toContain('not brought back')
    expect(existsSync(join(cwd, 'flows/b.yaml'))).toBe(false)
    expect(await flows(['pull', 'b'], { cwd })).toMatchObject({ code: 0 })
    expect(text(cwd, 'flows/b.yaml')).toBe(aDefinition('B', 'protected: true\n'))
  })
})

describe('flows import and flows adopt', () => {
  const made = (key: string, name: string) => (call: WriteCall) =>
    createFlow(call, { key, name, type: 'document', protected: true })

  test('import makes definitions for what nobody manages and adopts it: the plan is empty then', async () => {
    const cwd = await applied({ a: aDefinition('A') })
    await outsideGit(cwd, made('spring', 'Spring: sale'))
    expect((await flows(['import'], { cwd })).code).toBe(64)
    expect(existsSync(join(cwd, 'flows/spring.yaml'))).toBe(false)
    expect(await flows(['import', '--yes'], { cwd })).toMatchObject({ code: 0 })
    expect(text(cwd, 'flows/spring.yaml')).toBe('name: "Spring: sale"\ntype: document\nprotected: true\n')
    expect((await flows(['plan', '--detailed-exitcode'], { cwd })).code).toBe(0)
    expect((await flows(['fmt', '--check'], { cwd })).code).toBe(0)
    expect((await flows(['import', '--yes'], { cwd })).stdout).toContain('Nothing to import')
  })

  test('an active static link is of the imported environment alone, where there are several', async () => {
    const two = `${CONFIG}  live: { mode: live, api: "https://flows.example.com", api_key_env: FLOWS_LIVE_KEY }\n`
    for (const [config, where] of [
      [CONFIG, 'static_link: { active: true }\n'],
      [two, 'environments:\n  local:\n    static_link: { active: true }\n'],
    ] as const) {
      const cwd = aProject({ a: aDefinition('A') }, config)
      expect(await flows(['apply', '--yes'], { cwd })).toMatchObject({ code: 0 })
      await outsideGit(cwd, (call) =>
        createFlow(call, { key: 'spring', name: 'Spring', type: 'document', static_link: { active: true } }),
      )
      expect(await flows(['import', '--yes', '--env', 'local'], { cwd })).toMatchObject({ code: 0 })
      expect(text(cwd, 'flows/spring.yaml')).toBe(`name: Spring\ntype: document\n${where}`)
      expect((await flows(['plan', '--detailed-exitcode', '--env', 'local'], { cwd })).code).toBe(0)
      expect((await flows(['fmt', '--check'], { cwd })).code).toBe(0)
    }
  })

  test('adopt closes no static link that its definition, made in another environment, knows nothing of', async () => {
    const api = (name: string) =>
      `  ${name}: { mode: ${name}, api: "https://flows.example.com", api_key_env: FLOWS_LIVE_KEY }\n`
    const open = '  live: { static_link: { active: true } } # of May\n'
    const cwd = aProject({ a: aDefinition('A') }, `${CONFIG}${api('test')}${api('live')}`)
    await flows(['apply', '--yes', '--env', 'local'], { cwd })
    for (const key of ['spring', 'autumn']) {
      const link = { static_link: { active: true } }
      await outsideGit(cwd, (call) => createFlow(call, { key, name: key, type: 'document', ...link }))
    }
    writeFiles(cwd, {
      'flows/spring.yaml': `name: spring\ntype: document\nenvironments:\n${open}`,
      'flows/autumn.yaml': 'name: autumn\ntype: document\nstatic_link: { active: false }\n',
    })
    expect(await flows(['adopt', 'spring', '--env', 'local'], { cwd })).toMatchObject({ code: 64 })
    expect(text(cwd, 'flows/spring.yaml')).not.toContain('local')
    const { code, stdout } = await flows(['adopt', 'spring', 'autumn', '--env', 'local', '--yes'], { cwd })
    expect(code).toBe(0)
    expect(stdout).toContain('its static link is open: it stays open')
    expect(text(cwd, 'flows/spring.yaml')).toBe(
      `name: spring\ntype: document\nenvironments:\n${open}  local:\n    static_link: { active: true }\n`,
    )
    // Only what the definition itself says closes one.
    const shown = async (key: string) => (await flows(['show', key, '--env', 'local', '--json'], { cwd })).stdout
    expect(JSON.parse(await shown('spring'))).toMatchObject({ static_link: { active: true } })
    expect(JSON.parse(await shown('autumn'))).toMatchObject({ static_link: { active: false } })
    expect((await flows(['plan', '--detailed-exitcode', '--env', 'local'], { cwd })).code).toBe(0)
  })

  test('a project may begin with an import, in a folder that is not there yet', async () => {
    const cwd = aProject()
    await flows(['keys', 'create', '--name', 'x'], { cwd }) // makes the store
    await outsideGit(cwd, made('spring', 'Spring'))
    expect(await flows(['import', '--yes'], { cwd })).toMatchObject({ code: 0 })
    expect((await flows(['plan', '--detailed-exitcode'], { cwd })).code).toBe(0)
  })

  test('on a terminal it asks, and no leaves the definitions for flows adopt', async () => {
    const cwd = await applied({ a: aDefinition('A') })
    await outsideGit(cwd, made('spring', 'Spring'))
    const asked = startOnTerminal(['import'], { cwd })
    await printed(asked, '[y/N]')
    expect(await ended(asked, 'n\r')).toMatchObject({ code: 1 })
    expect(existsSync(join(cwd, 'flows/spring.yaml'))).toBe(true)
    expect((await flows(['adopt', 'spring', '--yes'], { cwd })).stdout).toContain('Adopted 1 flow in local: spring.')
    expect((await flows(['plan', '--detailed-exitcode'], { cwd })).code).toBe(0)
  })

  test('adopts nothing else: other changes stay for the next apply', async () => {
    const cwd = await applied({ a: aDefinition('A') })
    await outsideGit(cwd, made('spring', 'Spring'))
    writeFiles(cwd, { 'flows/a.yaml': aDefinition('A, changed') })
    await flows(['import', '--yes'], { cwd })
    const plan = JSON.parse((await flows(['plan', '--json'], { cwd })).stdout)
    expect(plan.changes).toMatchObject([{ action: 'update', key: 'a' }])
  })

  test('import leaves a flow alone in which an API key stands, names the field, and takes over the rest', async () => {
    const cwd = await applied({ a: aDefinition('A') })
    await outsideGit(cwd, made('spring', 'Spring'))
    await outsideGit(cwd, made('leaky', 'sk_live_51AbCdEf0123456789abcdefghijklmn'))
    const imported = await flows(['import', '--yes'], { cwd })
    expect(imported.code).toBe(1)
    expect(imported.stderr).toContain(
      'Not written: leaky, all of it, since an API key stands in name. Revoke the key, and take it out of the flow.\n',
    )
    expect(imported.stdout).toContain('Adopted 1 flow')
    expect([existsSync(join(cwd, 'flows/spring.yaml')), existsSync(join(cwd, 'flows/leaky.yaml'))]).toEqual([
      true,
      false,
    ])
    const again = await flows(['import', '--yes', '--json'], { cwd })
    expect([again.code, JSON.parse(again.stdout)]).toMatchObject([1, { edits: [], withheld: [{ key: 'leaky' }] }])
  })

  test('says of every flow why it cannot be taken over, and writes nothing', async () => {
    const cwd = await applied({ a: aDefinition('A') })
    await outsideGit(cwd, async (call) => {
      await createFlow(call, { key: 'o', name: 'O', type: 'document', project: 'other' })
      await made('old', 'Old')(call)
      await archiveFlow(call, 'old')
    })
    const { code, stdout } = await flows(['import', 'a', 'o', 'old', 'none', '--yes', '--json'], { cwd })
    expect(code).toBe(1)
    for (const word of ['this project already', 'project \\"other\\"', 'archived', 'no flow \\"none\\"'])
      expect(stdout).toContain(word)
    expect(await flows(['adopt', 'o', '--yes'], { cwd })).toMatchObject({ code: 1 })
  })
})

describe('flows diff and flows promote', () => {
  const CONFIG =
    'project: acme-kyc\nenvironments:\n  local: {}\n  live: { mode: live, api: "https://flows.example.com", api_key_env: FLOWS_LIVE_KEY }\n'
  const TEXT = `${aDefinition('A')}return_url: https://example.com/a
environments:
  local:
    options: { document: { require_live_capture: true } } # tried since May
    return_url: http://localhost:3000/
`

  test('diff says how two environments differ, and which is weaker', async () => {
    const cwd = aProject({ a: TEXT, b: aDefinition('B') }, CONFIG)
    const shown = await flows(['diff', 'local', 'live'], { cwd })
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout).toContain('a  (live is weaker)')
    expect(shown.stdout).toContain('options.document.require_live_capture  true → false')
    const json = await flows(['diff', 'live', 'local', '--json', '--detailed-exitcode'], { cwd })
    expect(json.code).toBe(2)
    expect(JSON.parse(json.stdout)).toMatchObject({ differences: [{ key: 'a', effect: 'strengthens' }], exit_code: 2 })
    expect((await flows(['diff', 'live', 'live'], { cwd })).code).toBe(64)
    expect((await flows(['diff', 'live', 'lve'], { cwd })).code).toBe(64)
  })

  test('promote edits the definitions so that the second gets what the first has; then they do not differ', async () => {
    const cwd = aProject({ a: TEXT, b: aDefinition('B') }, CONFIG)
    const args = ['promote', 'local', 'live', '--except', 'return_url']
    expect((await flows([...args, '--check'], { cwd })).code).toBe(2)
    expect(text(cwd, 'flows/a.yaml')).toBe(TEXT)
    expect(await flows(args, { cwd })).toMatchObject({ code: 0 })
    // No other environment takes the field from the body, so it can go there.
    const options = 'options:\n  document:\n    require_live_capture: true\n'
    expect(text(cwd, 'flows/a.yaml')).toBe(TEXT.replace('return_url', `${options}return_url`))
    expect((await flows(['promote', 'local', 'live'], { cwd })).stdout).toContain('return_url')
    expect((await flows(['diff', 'local', 'live', '--detailed-exitcode'], { cwd })).code).toBe(0)
    expect((await flows([...args, '--except', 'retrun_url'], { cwd })).code).toBe(64)
  })
})
