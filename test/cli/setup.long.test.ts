import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { marked, markedSchema, unmarked } from '../../src/app/setup/made-file.js'
import { aFolder, flows, writeFiles } from '../helpers/cli.js'

const API = ['--api', 'https://flows.example.com']

/** A repository without git's own files, as far as this program looks at them. */
function aRepository(files: Readonly<Record<string, string>> = {}): string {
  const root = aFolder(files)
  mkdirSync(join(root, '.git'))
  writeFileSync(join(root, '.git/HEAD'), 'ref: refs/heads/main\n')
  return root
}

function text(root: string, file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

describe('flows init makes this program a package of the project', () => {
  test('where there is no package.json, it makes one, and keeps packages out of git', async () => {
    const cwd = aRepository()
    const { code, stderr } = await flows(['init', '--project', 'acme-kyc'], { cwd })
    expect(code).toBe(0)
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(JSON.parse(text(cwd, 'package.json'))).toMatchObject({
      name: 'acme-kyc',
      private: true,
      scripts: {
        'flows:validate': 'flows validate && flows fmt --check',
        'flows:plan': 'flows plan',
        'flows:apply': 'flows apply',
        'flows:drift': 'flows drift',
      },
      devDependencies: { 'verification-flows': version },
    })
    expect(text(cwd, '.gitignore')).toBe('node_modules/\n')
    // Nobody knows what a checkout was installed from.
    expect(stderr.replace(/\s+/g, ' ')).toContain(`package.json has verification-flows ${version} of the npm registry`)
  })

  test('where there is one, it adds lines, and leaves the rest as it is', async () => {
    const before = `{\n\t"name": "app",\n\t"scripts": { "test": "vitest" },\n\t"files": ["a", "b"],\n\t"devDependencies": {\n\t\t"aaa": "1",\n\t\t"zzz": "2"\n\t}\n}\n`
    const cwd = aRepository({ 'package.json': before, '.gitignore': 'dist/\n' })
    const { stderr } = await flows(['init', '--package', 'verification-flows@npm:@acme/flows@1.2.3'], { cwd })
    expect(stderr).toContain('changed  package.json\n')
    expect(text(cwd, '.gitignore')).toBe('dist/\n')
    const after = text(cwd, 'package.json')
    expect(after).toContain('\t"files": ["a", "b"],\n')
    expect(Object.keys(JSON.parse(after).scripts)).toEqual([
      'test',
      'flows:validate',
      'flows:plan',
      'flows:apply',
      'flows:drift',
    ])
    const { devDependencies } = JSON.parse(after)
    expect(Object.keys(devDependencies)).toEqual(Object.keys(devDependencies).sort())
    expect(devDependencies['verification-flows']).toBe('verification-flows@npm:@acme/flows@1.2.3')
    for (const line of after.split('\n').slice(1, -2)) expect(line).toMatch(/^\t/)
  })

  test('a spec and scripts that are there stay', async () => {
    const own = {
      dependencies: { 'verification-flows': 'file:vendor/flows.tgz' },
      scripts: { 'flows:plan': 'mine' },
    }
    const cwd = aRepository({ 'package.json': JSON.stringify(own) })
    const { stderr } = await flows(['init', '--package', 'other.tgz'], { cwd })
    const after = JSON.parse(text(cwd, 'package.json'))
    expect(after).toMatchObject(own)
    expect(after.devDependencies?.['verification-flows']).toBeUndefined()
    expect(stderr).not.toContain('of the npm registry')
  })

  test('a tarball is named from package.json, and one outside of the repository is not passed over in silence', async () => {
    const cwd = aRepository()
    const { stderr } = await flows(['init', 'kyc', '--package', 'vendor/flows.tgz'], { cwd })
    expect(JSON.parse(text(cwd, 'kyc/package.json')).devDependencies['verification-flows']).toBe(
      'file:../vendor/flows.tgz',
    )
    expect(stderr).not.toContain('outside of this repository')
    const outside = await flows(['init', 'other', '--package', '../flows.tgz'], { cwd })
    expect(outside.stderr).toContain('outside of this repository')
  })

  test('it is what this program itself was installed from, where whoever installed it says so', async () => {
    const app = aRepository({
      'package.json': '{ "devDependencies": { "verification-flows": "https://example.com/flows-0.1.0.tgz" } }\n',
    })
    const installed = join(app, 'node_modules/verification-flows')
    mkdirSync(installed, { recursive: true })
    for (const part of ['package.json', 'action.yml', 'src'])
      symlinkSync(join(process.cwd(), part), join(installed, part))
    cpSync('dist', join(installed, 'dist'), { recursive: true })
    const other = aRepository()
    execFileSync(process.execPath, [join(installed, 'dist/flows.js'), 'init'], { cwd: other, stdio: 'pipe' })
    expect(JSON.parse(text(other, 'package.json')).devDependencies['verification-flows']).toBe(
      'https://example.com/flows-0.1.0.tgz',
    )
  })

  test.each(['[]', '{ "a": 1, }', '{ // no\n}', '{ "scripts": [] }'])(
    'a package.json that is none stops it before anything is written: %s',
    async (broken) => {
      const cwd = aRepository({ 'package.json': broken })
      const { code, stderr } = await flows(['init'], { cwd })
      expect(code).toBe(1)
      expect(stderr).toContain('package.json is not the JSON of a package: nothing was written')
      expect(readdirSync(cwd).sort()).toEqual(['.git', 'package.json'])
    },
  )
})

describe('jobs of a project in a folder of a repository', () => {
  test('are written to the root at GitHub, and name the configuration', async () => {
    const cwd = aRepository()
    const { code } = await flows(['init', 'kyc/eu', '--project', 'eu', ...API], { cwd })
    expect(code).toBe(0)
    expect(existsSync(join(cwd, 'kyc/eu/.github'))).toBe(false)
    const { jobs, name } = parse(text(cwd, '.github/workflows/flows-eu.yaml'))
    expect(name).toBe('flows eu')
    const inputs = Object.values(jobs as Record<string, { steps: { uses?: string; with?: object }[] }>).flatMap(
      ({ steps }) => steps.filter(({ uses }) => uses === './.github/actions/flows').map((step) => step.with),
    )
    expect(inputs).toHaveLength(4)
    for (const one of inputs) expect(one).toMatchObject({ config: 'kyc/eu/flows.config.yaml' })
  })

  test('of several projects have names, secrets and keys that tell them apart', async () => {
    const cwd = aRepository()
    const said = await Promise.all(
      ['kyc', 'pay-out'].map(async (project) => {
        const { stderr } = await flows(['init', project, '--project', project, ...API], { cwd })
        const workflow = text(cwd, `.github/workflows/flows-${project}.yaml`)
        const jobs = Object.values(parse(workflow).jobs as Record<string, { name: string }>)
        const names = jobs.map(({ name }) => name)
        const secrets = [...workflow.matchAll(/secrets\.(\w+)/g)].map(([, name = '']) => name)
        for (const name of secrets) expect(stderr).toContain(`gh secret set ${name}`)
        expect(parse(text(cwd, `${project}/flows.config.yaml`)).environments.live.api_key_env).toBe(secrets[1])
        expect(stderr).toContain(`the jobs "${project} validate" and "${project} plan"`)
        for (const key of ['ci-plan', 'ci-apply']) {
          const line = new RegExp(`flows keys create --env live --name ${key} --scope .* --project ${project} `)
          expect(stderr).toMatch(line)
          expect(workflow).toMatch(line)
        }
        return { names, secrets: [...new Set(secrets)].sort() }
      }),
    )
    expect(said).toEqual([
      {
        names: ['kyc validate', 'kyc plan', 'kyc apply', 'kyc drift'],
        secrets: ['FLOWS_KYC_LIVE_KEY', 'FLOWS_KYC_LIVE_PLAN_KEY'],
      },
      {
        names: ['pay-out validate', 'pay-out plan', 'pay-out apply', 'pay-out drift'],
        secrets: ['FLOWS_PAY_OUT_LIVE_KEY', 'FLOWS_PAY_OUT_LIVE_PLAN_KEY'],
      },
    ])
    const add = async () => (await flows(['ci', 'add', 'github'], { cwd: join(cwd, 'kyc') })).stderr
    expect(await add()).not.toContain('has its key in')
    const config = text(cwd, 'kyc/flows.config.yaml').replace('FLOWS_KYC_LIVE_KEY', 'FLOWS_PAY_OUT_LIVE_KEY')
    writeFiles(cwd, { 'kyc/flows.config.yaml': config })
    expect(await add()).toContain('pay-out/flows.config.yaml has its key in FLOWS_PAY_OUT_LIVE_KEY, too.')
  })

  test('are included at GitLab, and go to the project after they have installed what its lock file says', async () => {
    const cwd = aRepository({ '.gitlab-ci.yml': 'test:\n  script: [npm test]\n' })
    await flows(['init', 'kyc', '--project', 'kyc', '--ci', 'gitlab', ...API], { cwd })
    expect(parse(text(cwd, '.gitlab-ci.yml'))).toEqual({
      include: [{ local: '.gitlab/flows-kyc.yml' }],
      test: { script: ['npm test'] },
    })
    const jobs = parse(text(cwd, '.gitlab/flows-kyc.yml'))
    expect(jobs['.flows:kyc'].before_script).toEqual([
      'cd kyc',
      'npm ci --no-audit --no-fund --ignore-scripts',
      'export PATH="$PATH:$CI_PROJECT_DIR/kyc/node_modules/.bin"',
    ])
    expect(jobs['flows:kyc:plan'].artifacts.paths).toEqual(['kyc/flows-plan.kyc.live.json'])
    expect(jobs['flows:kyc:apply'].script.join()).toContain('artifacts/kyc/flows-plan.kyc.live.json')
    const { artifacts, script } = jobs['flows:kyc:validate']
    expect(script).toContain('flows test --junit flows-tests.xml')
    expect(artifacts.reports.junit).toBe('kyc/flows-tests.xml')
    // From the root of the repository, every one of them, and by the name that the script writes.
    for (const [name, job] of Object.entries<{ script?: string[]; artifacts?: object }>(jobs)) {
      for (const [path] of JSON.stringify(job.artifacts ?? {}).matchAll(/[\w./-]+\.(?:json|xml)/g)) {
        expect(path, name).toMatch(/^kyc\//)
        expect(job.script?.join('\n'), name).toMatch(new RegExp(`(?<!/)\\b${path.slice('kyc/'.length)}`))
      }
    }
  })

  test.each([
    ['pnpm-lock.yaml', 'pnpm@10.4.0', ['corepack enable', 'pnpm install --frozen-lockfile --ignore-scripts']],
    ['yarn.lock', 'yarn@1.22.22', ['corepack enable', expect.stringContaining('--frozen-lockfile --ignore-scripts')]],
  ])('install with the manager of %s', async (lock, packageManager, install) => {
    const cwd = aRepository({ [lock]: '', 'package.json': JSON.stringify({ packageManager }) })
    await flows(['init', 'kyc', '--project', 'kyc', '--ci', 'gitlab', ...API], { cwd })
    expect(parse(text(cwd, '.gitlab/flows-kyc.yml'))['.flows:kyc'].before_script).toEqual([
      ...install,
      'export PATH="$PATH:$CI_PROJECT_DIR/node_modules/.bin"',
      'cd "$CI_PROJECT_DIR/kyc"',
    ])
    expect(JSON.parse(text(cwd, 'package.json')).scripts['flows:plan']).toBe(
      'flows --config kyc/flows.config.yaml plan',
    )
  })

  test('run the scripts of packages only where this one is built, since it comes from git', async () => {
    const cwd = aRepository()
    const spec = ['--package', 'git+https://git.example.com/flows.git#v0.1.0']
    await flows(['init', '--ci', 'gitlab', ...spec, ...API], { cwd })
    expect(text(cwd, '.gitlab/flows.yml')).toContain('- npm ci --no-audit --no-fund\n')
  })

  test('are refused for a folder whose name would have to be quoted, before anything is written', async () => {
    const cwd = aRepository()
    const { code, stderr } = await flows(['init', 'K Y C', '--project', 'kyc', ...API], { cwd })
    expect(code).toBe(64)
    expect(stderr).toContain('no CI job can be written for a folder with the name "K Y C"')
    expect(readdirSync(cwd)).toEqual(['.git'])
    expect(await flows(['init', 'K Y C', '--project', 'kyc', '--ci', 'none'], { cwd })).toMatchObject({ code: 0 })
  })
})

describe('what a person has to do before the jobs run', () => {
  test.each([
    [
      'github',
      [
        'Commit package-lock.json',
        'flows keys create --env live --name ci-plan',
        'gh secret set FLOWS_LIVE_PLAN_KEY',
        'gh secret set FLOWS_LIVE_KEY --env live',
        'Allow GitHub Actions to create',
        'Settings, Rules',
      ],
    ],
    [
      'gitlab',
      [
        'Commit package-lock.json',
        'flows keys create --env live --name ci-plan',
        'Settings, Access tokens',
        'glab variable set FLOWS_LIVE_PLAN_KEY',
        'glab variable set FLOWS_LIVE_KEY --masked --hidden --protected',
        'Pipeline schedules',
      ],
    ],
  ])('is said in order: %s', async (ci, steps) => {
    const { stderr } = await flows(['init', '--project', 'kyc', '--ci', ci, ...API], { cwd: aRepository() })
    const places = steps.map((step) => stderr.indexOf(step))
    expect(places).not.toContain(-1)
    expect(places).toEqual([...places].sort((one, other) => one - other))
    expect((await flows(['init', '--project', 'kyc', '--ci', ci], { cwd: aRepository() })).stderr).not.toContain(
      'secret',
    )
  })
})

const CONFIG = `project: acme-kyc
environments:
  local: {}
  test: { mode: test, api: https://flows.example.com, api_key_env: FLOWS_TEST_KEY }
`

describe('flows ci add', () => {
  test('adds jobs to a project that has none, for the environment with a service', async () => {
    const cwd = aRepository({ 'kyc/flows.config.yaml': CONFIG, 'kyc/flows/a.yaml': 'name: A\ntype: document\n' })
    const { code, stderr } = await flows(['ci', 'add', 'github'], { cwd: join(cwd, 'kyc') })
    expect(code).toBe(0)
    expect(stderr).toContain('made  ../.github/workflows/flows-acme-kyc.yaml\n')
    const workflow = text(cwd, '.github/workflows/flows-acme-kyc.yaml')
    expect(parse(workflow).jobs.plan.steps[1]).toEqual({
      uses: './.github/actions/flows',
      with: { command: 'plan', environment: 'test', config: 'kyc/flows.config.yaml' },
      env: { FLOWS_TEST_KEY: `\${{ secrets.FLOWS_TEST_PLAN_KEY }}` },
    })
    expect(workflow).toContain('flows keys create --env test --name ci-plan ')
    expect(workflow).not.toMatch(/__|FLOWS_LIVE/)
  })

  test('only validates where no environment has a service, and plans once one has', async () => {
    const cwd = aRepository({ 'flows.config.yaml': 'project: p\nenvironments: { local: {} }\n' })
    await flows(['ci', 'add', 'gitlab'], { cwd })
    expect(Object.keys(parse(text(cwd, '.gitlab/flows.yml')))).toEqual(['.flows', 'flows:validate'])
    writeFiles(cwd, { 'flows.config.yaml': CONFIG })
    expect((await flows(['ci', 'add', 'gitlab'], { cwd })).stderr).toContain('renewed  .gitlab/flows.yml\n')
    expect(Object.keys(parse(text(cwd, '.gitlab/flows.yml')))).toContain('flows:apply')
  })

  test('asks which environment is meant, and refuses one without a service', async () => {
    const two = `${CONFIG}  other: { mode: test, api: https://other.example.com, api_key_env: OTHER_KEY }\n`
    const cwd = aRepository({ 'flows.config.yaml': two })
    const unclear = await flows(['ci', 'add', 'github'], { cwd })
    expect([unclear.code, unclear.stderr]).toEqual([64, expect.stringContaining('test, other: nobody knows which')])
    const local = await flows(['ci', 'add', 'github', '--env', 'local'], { cwd })
    expect([local.code, local.stderr]).toEqual([64, expect.stringContaining('"local" has no "api"')])
    expect(existsSync(join(cwd, '.github'))).toBe(false)
    expect(await flows(['ci', 'add', 'github', '--env', 'other'], { cwd })).toMatchObject({ code: 0 })
  })

  test('leaves jobs alone that somebody edited, and says so, unless it is told otherwise', async () => {
    const cwd = aRepository({ 'flows.config.yaml': CONFIG })
    const file = '.github/workflows/flows.yaml'
    await flows(['ci', 'add', 'github'], { cwd })
    const made = text(cwd, file)
    writeFiles(cwd, { [file]: made.replace('17 6', '18 7') })
    const kept = await flows(['ci', 'add', 'github'], { cwd })
    expect([kept.code, kept.stderr]).toEqual([1, expect.stringContaining(`kept  ${file}  (edited since`)])
    expect(text(cwd, file)).toContain('18 7')
    expect(await flows(['ci', 'add', 'github', '--overwrite'], { cwd })).toMatchObject({ code: 0 })
    expect(text(cwd, file)).toBe(made)
  })

  test('follows no link that leads out of the repository', async () => {
    const cwd = aRepository({ 'flows.config.yaml': CONFIG })
    const outside = aFolder()
    symlinkSync(outside, join(cwd, '.github'))
    const { code, stderr } = await flows(['ci', 'add', 'github'], { cwd })
    expect(code).toBe(64)
    expect(stderr).toContain('is a link that leads out of the project')
    expect(readdirSync(outside)).toEqual([])
  })
})

describe('flows upgrade', () => {
  /** A copy of a schema as some other version made it. */
  const schemaOf = (version: string) => markedSchema('{\n  "title": "Other"\n}\n', 'flow', version)

  /** A project whose files an earlier version made. */
  async function anOldProject() {
    const cwd = aRepository()
    await flows(['init', '--project', 'acme-kyc', ...API], { cwd })
    const file = '.github/workflows/flows.yaml'
    const old = text(cwd, file).split('\n').slice(1).join('\n').replace('timeout-minutes: 10', 'timeout-minutes: 9')
    const digest = createHash('sha256').update(old).digest('hex').slice(0, 16)
    writeFiles(cwd, {
      [file]: `# Made by "flows ci add github --env live" of verification-flows 0.0.9, ${digest}. Renew it.\n${old}`,
      'schemas/flow.schema.json': schemaOf('0.0.9'),
    })
    return { cwd, file }
  }

  test('shows what changes, writes it where it may, and then has nothing to do', async () => {
    const { cwd, file } = await anOldProject()
    const checked = await flows(['upgrade', '--check'], { cwd })
    expect(checked.code).toBe(2)
    expect(checked.stdout).toMatch(/^-\s+timeout-minutes: 9$/m)
    expect(checked.stdout).toMatch(/^\+\s+timeout-minutes: 10$/m)
    // Nothing has been done yet.
    expect(checked.stdout + checked.stderr).not.toMatch(/^(renewed|made) /m)
    expect(checked.stdout).toContain('to renew  schemas/flow.schema.json\n')
    expect(text(cwd, file)).toContain('timeout-minutes: 9')
    const unasked = await flows(['upgrade'], { cwd })
    expect([unasked.code, unasked.stderr]).toEqual([64, expect.stringContaining('nobody is there to confirm')])
    const renewed = await flows(['upgrade', '--yes'], { cwd })
    expect(renewed.stderr).toBe(`renewed  schemas/flow.schema.json\nrenewed  ${file}\n`)
    expect(JSON.parse(text(cwd, 'schemas/flow.schema.json'))).toHaveProperty('title')
    const again = await flows(['upgrade'], { cwd })
    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Nothing to renew/) })
  })

  test('shows what somebody edited beside what it would write, and leaves that as it is', async () => {
    const { cwd, file } = await anOldProject()
    writeFiles(cwd, { [file]: text(cwd, file).replace('17 6', '18 7') })
    const { code, stdout } = await flows(['upgrade', '--yes'], { cwd })
    expect(code).toBe(0)
    expect(stdout).toContain(`edited  ${file}, and left as it is`)
    expect(text(cwd, file)).toContain('18 7')
    await flows(['upgrade', '--yes', '--overwrite'], { cwd })
    expect(text(cwd, file)).toContain('17 6')
  })

  test('leaves a schema alone that somebody edited, and one that they made by hand', async () => {
    const { cwd } = await anOldProject()
    const edited = schemaOf('0.0.9').replace('Other', 'Mine')
    const own = { 'schemas/flow.schema.json': edited, 'schemas/test.schema.json': '{}\n' }
    writeFiles(cwd, own)
    const { code, stdout, stderr } = await flows(['upgrade', '--yes'], { cwd })
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'renewed  .github/workflows/flows.yaml\n' })
    for (const [path, before] of Object.entries(own)) {
      expect(stdout).toContain(`edited  ${path}, and left as it is`)
      expect(text(cwd, path)).toBe(before)
    }
    await flows(['upgrade', '--yes', '--overwrite'], { cwd })
    const { stdout: printed } = await flows(['schema', 'flow'], { cwd })
    expect(unmarked(text(cwd, 'schemas/flow.schema.json'))).toBe(printed)
  })

  test('never turns back what a newer version made, unless it is told to', async () => {
    const { cwd, file } = await anOldProject()
    const newer = {
      [file]: marked('name: newer\n', 'flows ci add github --env live', '9.0.9'),
      'schemas/flow.schema.json': schemaOf('9.0.9-beta.1'),
    }
    writeFiles(cwd, newer)
    const { code, stdout } = await flows(['upgrade', '--yes'], { cwd })
    expect(code).toBe(0)
    expect(stdout).toContain(`newer  ${file}, and left as it is: verification-flows 9.0.9 made it`)
    const added = await flows(['ci', 'add', 'github'], { cwd })
    expect([added.code, added.stderr]).toEqual([1, expect.stringContaining('9.0.9 made it, which is newer than this')])
    for (const [path, before] of Object.entries(newer)) expect(text(cwd, path)).toBe(before)
    await flows(['upgrade', '--yes', '--overwrite'], { cwd })
    expect(text(cwd, file)).not.toContain('9.0.9')
  })

  test('names jobs whose environment is gone, with the mend, and renews the rest', async () => {
    const { cwd, file } = await anOldProject()
    const config = text(cwd, 'flows.config.yaml')
    writeFiles(cwd, { 'flows.config.yaml': config.replace('  live:', '  prod:') })
    const before = text(cwd, file)
    const { code, stderr } = await flows(['upgrade', '--yes'], { cwd })
    expect(code).toBe(1)
    expect(stderr).toBe(
      `kept  ${file}  (the configuration has no environment "live": flows ci add github --env prod makes them for that one)\n` +
        'renewed  schemas/flow.schema.json\n',
    )
    expect(text(cwd, file)).toBe(before)
    expect(await flows(['ci', 'add', 'github', '--env', 'prod'], { cwd })).toMatchObject({ code: 0 })
    expect(text(cwd, file)).toContain('environment: prod')
    expect(await flows(['upgrade'], { cwd })).toMatchObject({ code: 0 })
  })

  test('makes no files that the project does not have', async () => {
    const cwd = aRepository({ 'flows.config.yaml': CONFIG })
    expect(await flows(['upgrade'], { cwd })).toMatchObject({ code: 0, stdout: expect.stringContaining('0 files') })
    expect(readdirSync(cwd).sort()).toEqual(['.git', 'flows.config.yaml'])
  })
})
