import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { aDefinition, aFolder, aProject, CONFIG, flows, writeFiles } from '../helpers/cli.js'

const wrong = {
  good: aDefinition('Good'),
  bad: 'name: Bad\ntype: document\noptions:\n  document:\n    allowed_types: [pasport]\n',
}

describe('flows validate', () => {
  test('says how many definitions are valid', async () => {
    const cwd = aProject({ a: aDefinition('A'), b: aDefinition('B') })
    expect(await flows(['validate'], { cwd })).toMatchObject({ code: 0, stdout: '2 definitions valid.\n', stderr: '' })
  })

  test('names file, line and column of a fault, with a hint, and exits 3', async () => {
    const { code, stdout, stderr } = await flows(['validate'], { cwd: aProject(wrong) })
    expect([code, stdout]).toEqual([3, ''])
    expect(stderr).toContain('flows/bad.yaml:5:21 UNKNOWN_DOCUMENT_TYPE')
    expect(stderr).toContain('did you mean "passport"?')
  })

  test('tells every fault of every file at once', async () => {
    const cwd = aProject({ ...wrong, worse: 'name: 1\ntype: passport\ncolour: red\n' })
    const { stdout } = await flows(['validate', '--json'], { cwd })
    const { diagnostics, exit_code } = JSON.parse(stdout)
    expect(exit_code).toBe(3)
    expect(diagnostics.map(({ code }: { code: string }) => code)).toEqual([
      'UNKNOWN_DOCUMENT_TYPE',
      'NOT_A_STRING',
      'UNKNOWN_VALUE',
      'UNKNOWN_FIELD',
    ])
  })

  test('github: annotations name files from where CI runs', async () => {
    const root = aFolder({ 'kyc/flows.config.yaml': CONFIG, 'kyc/flows/bad.yaml': 'name: Bad\ntype: nothing\n' })
    const { code, stdout } = await flows(['--config', 'kyc/flows.config.yaml', 'validate', '--format', 'github'], {
      cwd: root,
    })
    expect(code).toBe(3)
    expect(stdout).toMatch(/^::error file=kyc\/flows\/bad\.yaml,line=2,col=7,/)
  })

  test("github: in GitHub's jobs the repository is where GitHub says, whatever folder a step works in", async () => {
    const root = aFolder({ 'kyc/flows.config.yaml': CONFIG, 'kyc/flows/bad.yaml': 'name: Bad\ntype: nothing\n' })
    const env = { GITHUB_WORKSPACE: root }
    const { stdout } = await flows(['validate', '--format', 'github'], { cwd: `${root}/kyc`, env })
    expect(stdout).toMatch(/^::error file=kyc\/flows\/bad\.yaml,/)
  })

  test("github: files are named from the repository's root, from a subfolder and in a checkout in a folder", async () => {
    const bad = { 'kyc/flows.config.yaml': CONFIG, 'kyc/flows/bad.yaml': 'name: Bad\ntype: nothing\n' }
    const workspace = aFolder(Object.fromEntries(Object.entries(bad).map(([name, text]) => [`checkout/${name}`, text])))
    const repository = join(workspace, 'checkout')
    execFileSync('git', ['init', '-q'], { cwd: repository })
    for (const [folder, env] of [
      ['kyc/flows', {}],
      ['kyc', { GITHUB_WORKSPACE: workspace }],
    ] as const) {
      const { stdout } = await flows(['validate', '--format', 'github'], { cwd: join(repository, folder), env })
      expect(stdout).toMatch(/^::error file=kyc\/flows\/bad\.yaml,/)
    }
  })

  test('for people, files are named from the folder they work in', async () => {
    const root = aFolder({ 'kyc/flows.config.yaml': CONFIG, 'kyc/flows/bad.yaml': 'name: Bad\ntype: nothing\n' })
    const args = ['--config', 'kyc/flows.config.yaml', 'validate']
    expect((await flows(args, { cwd: root })).stderr).toMatch(
      /^kyc\/flows\/bad\.yaml:2:7 UNKNOWN_VALUE .*\n {2}2 \| type: nothing/,
    )
    expect((await flows(['validate'], { cwd: `${root}/kyc/flows` })).stderr).toMatch(/^\.\.\/flows\/bad\.yaml:2:7 /)
  })

  test('sarif: a log with one result per fault', async () => {
    const { code, stdout } = await flows(['validate', '--format', 'sarif'], { cwd: aProject(wrong) })
    const log = JSON.parse(stdout)
    expect(code).toBe(3)
    expect(log.version).toBe('2.1.0')
    expect(log.runs[0].results[0]).toMatchObject({
      ruleId: 'UNKNOWN_DOCUMENT_TYPE',
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: 'flows/bad.yaml' }, region: { startLine: 5, startColumn: 21 } },
        },
      ],
    })
  })

  test('a faulty configuration is told the same way', async () => {
    const cwd = aProject(
      { a: aDefinition('A') },
      'project: acme-kyc\nenvironments:\n  live: { api: https://x.example }\n',
    )
    const { code, stderr } = await flows(['plan'], { cwd })
    expect(code).toBe(3)
    expect(stderr).toContain('flows.config.yaml:3:')
  })

  test.each([
    ['sarif', (text: string) => JSON.parse(text).runs[0].results[0].ruleId],
    ['json', (text: string) => JSON.parse(text).diagnostics[0].code],
    ['github', (text: string) => /^::error .*title=([A-Z_]+)/.exec(text)?.[1]],
  ])('%s: a faulty configuration is told in that format, too', async (format, codeIn) => {
    const cwd = aProject({ a: aDefinition('A') }, 'project: acme-kyc\nenvironments: {}\n')
    const { code, stdout, stderr } = await flows(['validate', '--format', format], { cwd })
    expect([code, stderr]).toEqual([3, ''])
    expect(codeIn(stdout)).toBe('INVALID_VALUE')
  })

  test.each(['plan', 'apply'])('flows %s refuses faulty definitions and writes nothing', async (command) => {
    const cwd = aProject(wrong)
    expect((await flows([command], { cwd })).code).toBe(3)
    expect(readdirSync(cwd).sort()).toEqual(['flows', 'flows.config.yaml'])
  })
})

describe('flows plan', () => {
  test('goes on where only other environments lack a variable, and stops in those', async () => {
    const config = `project: p
environments:
  local: { variables: { who: me } }
  test: { api: "http://127.0.0.1:9", api_key_env: FLOWS_TEST_KEY }
`
    const cwd = aProject({ a: 'name: A\ntype: document\ndescription: { variable: who }\n' }, config)
    expect(await flows(['plan', '--env', 'local'], { cwd })).toMatchObject({ code: 0 })
    expect(await flows(['apply', '--env', 'local', '--yes'], { cwd })).toMatchObject({ code: 0 })
    expect(await flows(['drift', '--env', 'local'], { cwd })).toMatchObject({ code: 0 })
    for (const args of [['plan', '--env', 'test'], ['drift', '--env', 'test'], ['validate']]) {
      const { code, stderr } = await flows(args, { cwd })
      expect([code, stderr]).toEqual([3, expect.stringContaining('the variable "who" has no value in "test"')])
    }
  })

  test('says so when an allowance names a flow that the plan does not change', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    const { code, stderr } = await flows(['plan', '--allow', 'weaken=typo', '--allow', 'weaken=a'], { cwd })
    expect(code).toBe(0)
    expect(stderr).toBe('warning --allow weaken=typo does nothing: this plan changes no flow "typo"\n')
  })

  test('writes no store, however often it is called', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    expect((await flows(['plan'], { cwd })).stdout).toContain('1 to create')
    expect((await flows(['plan'], { cwd })).stdout).toContain('1 to create')
    expect(readdirSync(`${cwd}/.flows`).filter((name) => name.startsWith('store'))).toEqual([])
  })

  test('remembers an empty plan, and notices when the store or a definition changed', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    await flows(['apply', '--yes'], { cwd })
    const first = await flows(['plan', '--json'], { cwd })
    expect(readdirSync(`${cwd}/.flows/cache`)).toContain('plan-local.json')
    expect((await flows(['plan', '--json'], { cwd })).stdout).toBe(first.stdout)
    writeFiles(cwd, { 'flows/a.yaml': aDefinition('B') })
    expect((await flows(['plan', '--detailed-exitcode'], { cwd })).code).toBe(2)
    writeFiles(cwd, { 'flows/a.yaml': aDefinition('A') })
    expect((await flows(['plan', '--detailed-exitcode'], { cwd })).code).toBe(0)
    const { rmSync } = await import('node:fs')
    for (const name of readdirSync(`${cwd}/.flows`).filter((one) => one.startsWith('store')))
      rmSync(`${cwd}/.flows/${name}`)
    expect((await flows(['plan', '--detailed-exitcode'], { cwd })).code).toBe(2)
  })

  test('a damaged memory is as good as none', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    await flows(['apply', '--yes'], { cwd })
    const good = await flows(['plan', '--json'], { cwd })
    const file = `${cwd}/.flows/cache/plan-local.json`
    const sound = readFileSync(file, 'latin1')
    for (const damaged of ['', '{', sound.slice(0, -9), sound.replace('"noop":1', '"noop":7'), '\u0000'.repeat(90)]) {
      writeFiles(cwd, { '.flows/cache/plan-local.json': damaged })
      expect((await flows(['plan', '--json'], { cwd })).stdout).toBe(good.stdout)
    }
  })

  test('markdown goes to a pull request', async () => {
    const { stdout } = await flows(['plan', '--format', 'markdown'], { cwd: aProject({ a: aDefinition('A') }) })
    expect(stdout).toContain('| create | <code>a</code> |')
  })
})

describe('flows fmt', () => {
  const untidy = 'type:   document # the kind\nname: A\n'

  test('puts definitions into standard layout, keeping comments; then there is nothing to do', async () => {
    const cwd = aProject({ a: untidy, b: aDefinition('B') })
    const { code, stdout } = await flows(['fmt'], { cwd })
    expect([code, stdout]).toEqual([0, 'flows/a.yaml\n'])
    expect(readFileSync(`${cwd}/flows/a.yaml`, 'utf8')).toBe('name: A\ntype: document # the kind\n')
    expect(await flows(['fmt'], { cwd })).toMatchObject({ code: 0, stdout: '' })
    expect(await flows(['fmt', '--check'], { cwd })).toMatchObject({ code: 0, stdout: '' })
  })

  test('names the schema in the first line where the project keeps a copy of it', async () => {
    const cwd = aProject({ 'deep/a': aDefinition('A') })
    writeFiles(cwd, { 'schemas/flow.schema.json': '{}' })
    await flows(['fmt'], { cwd })
    expect(readFileSync(`${cwd}/flows/deep/a.yaml`, 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/\.\.\/schemas\/flow\.schema\.json\nname: A\n/,
    )
  })

  test('lays out policies too, by the rules of definitions, in whichever folder they are', async () => {
    const policy = `# the handbook says so
message:   people show their face   # to them
level: warn
require: 'flow.return_url != null   &&   flow.return_url.startsWith("https://example.com/")'
`
    const tidy = `# yaml-language-server: $schema=../schemas/policy.schema.json
# the handbook says so
require: 'flow.return_url != null   &&   flow.return_url.startsWith("https://example.com/")'
message: people show their face # to them
level: warn
`
    for (const folder of ['policies', 'rules']) {
      const config = folder === 'rules' ? `${CONFIG}policies: rules\n` : CONFIG
      const cwd = aProject({ a: aDefinition('A') }, config)
      writeFiles(cwd, {
        [`${folder}/p.yaml`]: policy,
        'schemas/policy.schema.json': '{}',
        'policies-not/x.yaml': policy,
      })
      expect(await flows(['fmt', '--check'], { cwd })).toMatchObject({ code: 1, stdout: `${folder}/p.yaml\n` })
      expect(readFileSync(`${cwd}/${folder}/p.yaml`, 'utf8')).toBe(policy)
      expect(await flows(['fmt', `${folder}/p.yaml`], { cwd })).toMatchObject({ code: 0, stdout: `${folder}/p.yaml\n` })
      expect(readFileSync(`${cwd}/${folder}/p.yaml`, 'utf8')).toBe(tidy)
      expect(await flows(['fmt', '--check'], { cwd })).toMatchObject({ code: 0, stdout: '' })
      expect((await flows(['validate'], { cwd })).code).toBe(0)
      expect((await flows(['fmt', 'policies-not/x.yaml'], { cwd })).code).toBe(64)
      writeFiles(cwd, { [`${folder}/p.yaml`]: 'message: "open\n' })
      expect((await flows(['fmt', '--check'], { cwd })).code).toBe(3)
    }
  })

  test('lays out tests too, and leaves their order and every other file of their folder', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    writeFiles(cwd, {
      'schemas/test.schema.json': '{}',
      'tests/other.yaml': 'not:   ours\n',
      'tests/a.test.yaml': `tests:
    - then:   {status: verified}   # so
      name: second
      when: [ verified ]
    # a change
    - name: first
      then: { guards: {} }
      change: { protected: false, name: A }
given: { flow: a }
`,
    })
    expect(await flows(['fmt', '--check'], { cwd })).toMatchObject({
      code: 1,
      stdout: 'tests/a.test.yaml\n',
      stderr: expect.stringContaining('flows fmt writes it'),
    })
    expect((await flows(['fmt', 'tests/a.test.yaml'], { cwd })).code).toBe(0)
    expect(
      readFileSync(`${cwd}/tests/a.test.yaml`, 'utf8'),
    ).toBe(`# yaml-language-server: $schema=../schemas/test.schema.json
given: { flow: a }
tests:
  - name: second
    when: [verified]
    then: { status: verified } # so
  # a change
  - name: first
    change: { name: A, protected: false }
    then: { guards: {} }
`)
    expect(await flows(['fmt', '--check'], { cwd })).toMatchObject({ code: 0, stdout: '' })
    expect((await flows(['fmt', 'tests/other.yaml'], { cwd })).code).toBe(64)
  })

  test('--check changes nothing and exits 1', async () => {
    const cwd = aProject({ a: untidy })
    expect(await flows(['fmt', '--check'], { cwd })).toMatchObject({ code: 1, stdout: 'flows/a.yaml\n' })
    expect(readFileSync(`${cwd}/flows/a.yaml`, 'utf8')).toBe(untidy)
  })

  test('takes single files', async () => {
    const cwd = aProject({ a: untidy, b: untidy })
    expect((await flows(['fmt', 'flows/b.yaml'], { cwd })).stdout).toBe('flows/b.yaml\n')
    expect(readFileSync(`${cwd}/flows/a.yaml`, 'utf8')).toBe(untidy)
    expect((await flows(['fmt', 'flows/none.yaml'], { cwd })).code).toBe(64)
  })

  test('leaves a file that is no YAML alone, formats the others, and exits 3', async () => {
    const cwd = aProject({ a: untidy, broken: 'name: "open\n' })
    const { code, stdout, stderr } = await flows(['fmt'], { cwd })
    expect([code, stdout]).toEqual([3, 'flows/a.yaml\n'])
    expect(stderr).toContain('flows/broken.yaml:')
    expect(readFileSync(`${cwd}/flows/broken.yaml`, 'utf8')).toBe('name: "open\n')
  })

  test.each([
    ['a folder that is missing', 'mv flows elsewhere', 'flows.config.yaml'],
    ['a folder without definitions', 'rm flows/*', 'flows.config.yaml'],
    ['a linked folder', 'mkdir other && ln -s ../other flows/linked', 'flows/linked'],
    ['an ending in capitals', 'mv flows/b.yaml flows/b.YAML', 'flows/b.YAML'],
    ['a pipe', 'mkfifo flows/pipe.yaml', 'flows/pipe.yaml'],
  ])('--check tells of %s and exits 3, for nobody has looked at what is there', async (_, change, place) => {
    const cwd = aProject({ a: aDefinition('A'), b: aDefinition('B') })
    execFileSync('sh', ['-c', change], { cwd })
    const { code, stderr } = await flows(['fmt', '--check'], { cwd })
    expect(code).toBe(3)
    expect(stderr).toContain(`${place}:`)
  })

  test("the repository's own definitions are in standard layout", async () => {
    expect(await flows(['fmt', '--check'])).toMatchObject({ code: 0, stdout: '' })
  })
})
