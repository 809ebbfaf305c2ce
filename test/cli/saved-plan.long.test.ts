import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { updateFlow } from '../../src/service/operations/flows/flows.js'
import { aDefinition, aProject, CONFIG, flows, writeFiles } from '../helpers/cli.js'
import { outsideGit } from '../helpers/outside-git.js'
import { served } from '../service/serving.js'

async function shown(cwd: string, key: string) {
  return JSON.parse((await flows(['show', key, '--json'], { cwd })).stdout)
}

/** A project with two applied flows, and a saved plan that renames one of them for people. */
async function aReviewedPlan(config = CONFIG) {
  const cwd = aProject({ a: aDefinition('A'), b: aDefinition('B') }, config)
  expect(await flows(['apply', '--yes'], { cwd })).toMatchObject({ code: 0 })
  writeFiles(cwd, { 'flows/a.yaml': aDefinition('A2') })
  expect(await flows(['plan', '--out', 'plan.json'], { cwd })).toMatchObject({ code: 0 })
  return cwd
}

function change(cwd: string, alter: (plan: Record<string, unknown>) => void): void {
  const plan = JSON.parse(readFileSync(join(cwd, 'plan.json'), 'utf8'))
  alter(plan)
  writeFileSync(join(cwd, 'plan.json'), JSON.stringify(plan))
}

describe('flows plan --out, flows apply <plan>', () => {
  test('applies what was reviewed without asking, and without the definitions', async () => {
    const cwd = await aReviewedPlan()
    rmSync(join(cwd, 'flows'), { recursive: true })
    const applied = await flows(['apply', 'plan.json'], { cwd })
    expect(applied).toMatchObject({ code: 0 })
    expect(applied.stdout).toMatch(/^Applied to local: 1 updated; 1 unchanged\.\n/)
    expect(await shown(cwd, 'a')).toMatchObject({ name: 'A2', version: 2 })
    const again = await flows(['apply', 'plan.json'], { cwd })
    expect(again).toMatchObject({ code: 0 })
    expect(again.stdout).toContain('applied already')
  })

  test('--check-definitions refuses what the definitions here do not say as well', async () => {
    const cwd = await aReviewedPlan()
    writeFiles(cwd, { 'flows/a.yaml': aDefinition('Merged'), 'flows/b.yaml': aDefinition('B, merged too') })
    const refused = await flows(['apply', 'plan.json', '--check-definitions', '--json'], { cwd })
    expect(refused.code).toBe(4)
    const { code, differences } = JSON.parse(refused.stdout)
    expect(code).toBe('plan_of_other_definitions')
    expect(
      differences.map(
        (one: { key: string; approved: { after: { name: string } }; today: { after: { name: string } } }) => [
          one.key,
          one.approved.after.name,
          one.today.after.name,
        ],
      ),
    ).toEqual([['a', 'A2', 'Merged']])
    expect(await shown(cwd, 'a')).toMatchObject({ name: 'A', version: 1 })
    writeFiles(cwd, { 'flows/a.yaml': aDefinition('A2') })
    expect(await flows(['apply', 'plan.json', '--check-definitions'], { cwd })).toMatchObject({ code: 0 })
    expect(await shown(cwd, 'a')).toMatchObject({ name: 'A2', version: 2 })
    expect(await flows(['apply', '--yes', '--check-definitions'], { cwd })).toMatchObject({ code: 64 })
  })

  test('--check-definitions lifts no guard by the plan itself, and says what else the definitions would change', async () => {
    const strict = 'project: acme-kyc\nenvironments:\n  local: { guards: { weaken: block } }\n'
    const cwd = aProject({ a: aDefinition('A', 'options: { document: { require_live_capture: true } }\n') }, strict)
    await flows(['apply', '--yes'], { cwd })
    writeFiles(cwd, { 'flows/a.yaml': aDefinition('A') })
    await flows(['plan', '--allow', 'weaken', '--out', 'plan.json'], { cwd })
    writeFiles(cwd, { 'flows/b.yaml': aDefinition('B') })
    const args = ['apply', 'plan.json', '--check-definitions']
    expect(await flows(args, { cwd })).toMatchObject({ code: 5 })
    const lifted = await flows([...args, '--allow', 'weaken=a'], { cwd })
    expect(lifted).toMatchObject({ code: 0 })
    expect(lifted.stderr).toContain('warning the definitions here also change 1 other flow')
  })

  test('on a project that has no store yet, too', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    await flows(['plan', '--out', 'plan.json'], { cwd })
    expect(await flows(['apply', 'plan.json'], { cwd })).toMatchObject({ code: 0 })
    expect(await flows(['apply', 'plan.json', '--json'], { cwd })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"status": "applied_already"'),
    })
  })

  test('shows nothing else than it saves, and finds nothing to do where nothing is', async () => {
    const cwd = await aReviewedPlan()
    const { stdout } = await flows(['plan', '--out', 'again.json', '--json'], { cwd })
    const { exit_code, ...printed } = JSON.parse(stdout)
    expect(exit_code).toBe(0)
    expect(printed).toEqual(JSON.parse(readFileSync(join(cwd, 'again.json'), 'utf8')))
    await flows(['apply', 'again.json'], { cwd })
    await flows(['plan', '--out', 'empty.json'], { cwd })
    expect(await flows(['apply', 'empty.json'], { cwd })).toMatchObject({
      code: 0,
      stdout: 'Nothing to do: 2 unchanged in local.\n',
    })
  })

  test('goes on when the flow was edited and put back, or others were changed', async () => {
    const cwd = await aReviewedPlan()
    const other = aProject({ a: aDefinition('A'), b: aDefinition('B9') })
    rmSync(join(other, '.flows'), { recursive: true, force: true })
    symlinkSync(join(cwd, '.flows'), join(other, '.flows'))
    expect(await flows(['apply', '--yes'], { cwd: other })).toMatchObject({ code: 0 })
    expect(await flows(['apply', 'plan.json'], { cwd })).toMatchObject({ code: 0 })
    expect(await shown(cwd, 'a')).toMatchObject({ name: 'A2' })
    expect(await shown(cwd, 'b')).toMatchObject({ name: 'B9' })
  })

  test('refuses with 4 and both differences where a flow has moved on, and writes nothing', async () => {
    const cwd = await aReviewedPlan()
    writeFiles(cwd, { 'flows/a.yaml': aDefinition('Meanwhile', 'description: Other\n') })
    await flows(['apply', '--yes'], { cwd })
    const refused = await flows(['apply', 'plan.json'], { cwd })
    expect(refused).toMatchObject({ code: 4, stdout: '' })
    expect(refused.stderr).toContain('"A" → "A2"')
    expect(refused.stderr).toContain('"Meanwhile" → "A2"')
    expect(refused.stderr).toContain('"Other" → unset')
    for (const line of refused.stderr.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
    const { stdout } = await flows(['apply', 'plan.json', '--json'], { cwd })
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'plan_stale',
      exit_code: 4,
      differences: [
        {
          key: 'a',
          approved: { fields: [{ before: 'A', after: 'A2' }] },
          today: { fields: [{ before: 'Meanwhile', after: 'A2' }, { path: '/description' }] },
          conflict: null,
        },
      ],
    })
    expect(await shown(cwd, 'a')).toMatchObject({ name: 'Meanwhile', version: 2 })
  })

  test('shows both differences at the places that were reviewed', async () => {
    const cwd = aProject({ a: `# About it\n${aDefinition('A')}` })
    await flows(['apply', '--yes'], { cwd })
    writeFiles(cwd, { 'flows/a.yaml': `# About it\n${aDefinition('A2')}` })
    await flows(['plan', '--out', 'plan.json'], { cwd })
    writeFiles(cwd, { 'flows/a.yaml': aDefinition('Meanwhile') })
    await flows(['apply', '--yes'], { cwd })
    const { code, stderr } = await flows(['apply', 'plan.json'], { cwd })
    expect(code).toBe(4)
    expect(stderr.match(/flows\/a\.yaml:\d+/g)).toEqual(['flows/a.yaml:2', 'flows/a.yaml:2'])
    expect(stderr.match(/# line \d+/g)).toEqual(['# line 2', '# line 2'])
  })

  test('refuses with 5 what the guards of today block, names ways on, and records what was lifted', async () => {
    const cwd = aProject({ a: aDefinition('A'), 'old-flow': aDefinition('Old') })
    await flows(['apply', '--yes'], { cwd })
    rmSync(join(cwd, 'flows', 'old-flow.yaml'))
    writeFiles(cwd, { 'flows/a.yaml': aDefinition('A2') })
    await flows(['plan', '--out', 'plan.json'], { cwd })
    const guarded = 'project: acme-kyc\nenvironments:\n  local: { guards: { archive: block } }\n'
    writeFiles(cwd, { 'flows.config.yaml': guarded })
    const refused = await flows(['apply', 'plan.json'], { cwd })
    expect(refused).toMatchObject({ code: 5, stdout: '' })
    expect(refused.stderr).toContain('--allow archive=old-flow; the rest can go on without it: flows plan --only a')
    const part = await flows(['apply', '--yes', '--only', 'a', '--json'], { cwd })
    expect(JSON.parse(part.stdout)).toMatchObject({ status: 'applied', deployment: { changes: [{ key: 'a' }] } })
    // Saved with the guard lifted, it needs no lifting later on.
    expect(await flows(['plan', '--out', 'plan.json', '--allow', 'archive=old-flow'], { cwd })).toMatchObject({
      code: 0,
    })
    const applied = JSON.parse((await flows(['apply', 'plan.json', '--json'], { cwd })).stdout)
    expect(applied).toMatchObject({
      status: 'applied',
      deployment: { allowed: ['archive=old-flow'], changes: [{ action: 'archive', key: 'old-flow' }] },
    })
  })

  test('a plan that is blocked or has conflicts is saved for review, and not applied', async () => {
    const guarded = 'project: acme-kyc\nenvironments:\n  local: { guards: { archive: block } }\n'
    const cwd = aProject({ a: aDefinition('A'), b: aDefinition('B') }, guarded)
    await flows(['apply', '--yes'], { cwd })
    rmSync(join(cwd, 'flows', 'b.yaml'))
    expect(await flows(['plan', '--out', 'plan.json'], { cwd })).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('apply will refuse it'),
    })
    expect(await flows(['apply', 'plan.json'], { cwd })).toMatchObject({ code: 5 })
    expect(await flows(['apply', 'plan.json', '--allow', 'archive=b'], { cwd })).toMatchObject({ code: 0 })
    writeFiles(cwd, { 'flows.config.yaml': 'project: other\nenvironments:\n  local: {}\n' })
    expect(await flows(['plan', '--out', 'plan.json'], { cwd })).toMatchObject({ code: 1 })
    expect(await flows(['apply', 'plan.json', '--json'], { cwd })).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('"code": "conflict"'),
    })
  })
})

describe('text that looks like an API key', () => {
  const KEY = `sk_live_${'a1B2'.repeat(8)}`
  const git = (cwd: string, ...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd, stdio: 'pipe' })

  test.each([
    ['in the name of a branch', 'chore/rotate-sk_live_key2026', async () => {}],
    ['as a whole key in the name of a branch', `chore/rotate-${KEY}`, async () => {}],
    [
      'in a flow that somebody edited outside git',
      'main',
      (cwd: string) => outsideGit(cwd, (call) => updateFlow(call, 'a', { metadata: { note: KEY, [KEY]: 'x' } })),
    ],
  ])('%s keeps no saved plan from being commented and applied, and is in none', async (_, branch, edit) => {
    const cwd = aProject({ a: aDefinition('A'), b: aDefinition('B') })
    writeFiles(cwd, { '.gitignore': '.flows/\n*.json\n' })
    git(cwd, 'init', '-q', '-b', branch)
    git(cwd, 'add', '.')
    git(cwd, 'commit', '-qm', 'one')
    await flows(['apply', '--yes'], { cwd })
    await edit(cwd)
    writeFiles(cwd, { 'flows/b.yaml': aDefinition('B2') })
    expect(await flows(['plan', '--out', 'plan.json'], { cwd })).toMatchObject({ code: 0 })
    expect(readFileSync(join(cwd, 'plan.json'), 'utf8')).not.toContain(KEY)
    const comment = await flows(['comment', 'plan.json', '--dry-run'], { cwd })
    expect(comment).toMatchObject({ code: 0 })
    expect(comment.stdout).not.toContain(KEY)
    expect(await flows(['apply', 'plan.json'], { cwd })).toMatchObject({ code: 0 })
    expect(await flows(['plan', '--detailed-exitcode'], { cwd })).toMatchObject({ code: 0 })
  })

  test('is shown as it is where it is the key of a flow, a project or an environment, as no API key is that short', async () => {
    const config = 'project: sk_live_kyc\nenvironments:\n  rk_test_sandbox: {}\n'
    const cwd = aProject({ sk_live_onboarding: aDefinition('A'), sk_live_payouts: aDefinition('B') }, config)
    await flows(['apply', '--yes'], { cwd })
    rmSync(join(cwd, 'flows', 'sk_live_payouts.yaml'))
    writeFiles(cwd, {
      'flows/sk_live_onboarding.yaml': aDefinition('sk_live_payouts', 'metadata: { from: sk_test_old }\n'),
    })
    const { stdout } = await flows(['plan'], { cwd })
    expect(stdout).toContain('- archive sk_live_payouts')
    expect(stdout).toContain('Plan for sk_live_kyc in rk_test_sandbox')
    expect(stdout).toContain('"sk_test_old"')
    const plan = JSON.parse((await flows(['plan', '--json', '--out', 'plan.json'], { cwd })).stdout)
    expect(plan.changes.map(({ key }: { key: string }) => key)).toEqual(['sk_live_onboarding', 'sk_live_payouts'])
    writeFiles(cwd, { 'flows/payouts.yaml': aDefinition('B', 'renamed_from: sk_live_payouts\n') })
    expect((await flows(['plan'], { cwd })).stdout).toContain('sk_live_payouts → payouts')
    expect(await flows(['apply', 'plan.json'], { cwd })).toMatchObject({ code: 0 })
  })
})

test.each([
  ['with a byte order mark', (text: string) => `\ufeff${text}`, 'it begins with a byte order mark'],
  [
    'of another format version',
    (text: string) => text.replace('"format_version": "1.0"', '"format_version": "2.0"'),
    'it is of format version "2.0", and this program reads 1.0',
  ],
])('a plan %s says so in words', async (_, alter, says) => {
  const cwd = await aReviewedPlan()
  writeFileSync(join(cwd, 'plan.json'), alter(readFileSync(join(cwd, 'plan.json'), 'utf8')))
  for (const args of [
    ['apply', 'plan.json'],
    ['comment', 'plan.json', '--dry-run'],
  ]) {
    const { code, stderr } = await flows(args, { cwd })
    expect(code).toBe(1)
    expect(stderr).toContain(says)
  }
})

test('flows plan --out - prints the plan as it would be saved, and nothing else', async () => {
  const cwd = await aReviewedPlan()
  const { code, stdout, stderr } = await flows(['plan', '--out', '-'], { cwd })
  expect([code, stdout]).toEqual([0, readFileSync(join(cwd, 'plan.json'), 'utf8')])
  expect(stderr).toContain('~ update a')
  expect(readdirSync(cwd)).not.toContain('-')
  expect(await flows(['plan', '--out', '-', '--json'], { cwd })).toMatchObject({ code: 64 })
})

describe('a saved plan is for one place', () => {
  async function refusal(cwd: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
    const { code, stdout } = await flows(['apply', 'plan.json', '--json', ...args], { cwd, env })
    return [code, JSON.parse(stdout).code]
  }
  const two = 'project: acme-kyc\nenvironments:\n  local: {}\n'

  test('not for another project, environment or store, nor for another service', async () => {
    const api = await served()
    const remote = `  test: { api: '${api.url}', api_key_env: FLOWS_TEST_KEY }\n`
    const cwd = await aReviewedPlan(`${two}${remote}`)
    const env = { FLOWS_TEST_KEY: api.key }
    expect(await refusal(cwd, ['--env', 'test'], env)).toEqual([64, 'plan_of_other_environment'])
    expect(await refusal(cwd, [], { ...env, FLOWS_ENV: 'test' })).toEqual([64, 'plan_of_other_environment'])
    expect(await refusal(cwd, ['--env', 'nowhere'])).toEqual([64, 'bad_usage'])
    writeFiles(cwd, { 'flows.config.yaml': two.replace('acme-kyc', 'acme-pay') })
    expect(await refusal(cwd)).toEqual([1, 'plan_of_other_project'])
    writeFiles(cwd, { 'flows.config.yaml': `project: acme-kyc\nenvironments:\n${remote.replace('test', 'local')}` })
    expect(await refusal(cwd, [], env)).toEqual([1, 'plan_of_other_service'])
    writeFiles(cwd, { 'flows.config.yaml': two })
    rmSync(join(cwd, '.flows'), { recursive: true })
    await flows(['apply', '--yes'], { cwd })
    expect(await refusal(cwd)).toEqual([1, 'plan_of_other_store'])
  })

  test('nor for the other mode', async () => {
    const api = await served()
    const config = `project: acme-kyc\nenvironments:\n  test: { api: '${api.url}', api_key_env: FLOWS_KEY }\n`
    const cwd = aProject({ a: aDefinition('A') }, config)
    await flows(['plan', '--out', 'plan.json'], { cwd, env: { FLOWS_KEY: api.key } })
    expect(await refusal(cwd, [], { FLOWS_KEY: api.liveKey })).toEqual([6, 'key_of_other_mode'])
    writeFiles(cwd, { 'flows.config.yaml': config.replace('{ api', '{ mode: live, api') })
    expect(await refusal(cwd, [], { FLOWS_KEY: api.liveKey })).toEqual([1, 'plan_of_other_mode'])
    writeFiles(cwd, { 'flows.config.yaml': config })
    const live = await api.call('GET', '/v1/identity/verification_flows', { key: api.liveKey })
    expect(live.body.data).toEqual([])
    expect(await flows(['apply', 'plan.json'], { cwd, env: { FLOWS_KEY: api.key } })).toMatchObject({ code: 0 })
  })

  test('and is refused when it was altered, or only printed', async () => {
    const cwd = await aReviewedPlan()
    change(cwd, (plan) => {
      plan.allowed = ['weaken']
    })
    expect(await refusal(cwd)).toEqual([1, 'plan_file_invalid'])
    const { stdout } = await flows(['plan', '--json'], { cwd })
    writeFileSync(join(cwd, 'plan.json'), stdout)
    expect(await refusal(cwd)).toEqual([1, 'plan_not_saved_with_out'])
    writeFileSync(join(cwd, 'plan.json'), '{')
    expect(await refusal(cwd)).toEqual([1, 'plan_file_invalid'])
    expect(await shown(cwd, 'a')).toMatchObject({ name: 'A', version: 1 })
  })

  test('--only and what is no file are bad usage', async () => {
    const cwd = await aReviewedPlan()
    expect(await refusal(cwd, ['--only', 'a'])).toEqual([64, 'bad_usage'])
    for (const file of ['nothing.json', 'flows']) {
      expect(await flows(['apply', file], { cwd })).toMatchObject({ code: 64 })
    }
  })
})

describe('the file of a saved plan', () => {
  test('is written whole, through links, and never over what is no file', async () => {
    const cwd = await aReviewedPlan()
    mkdirSync(join(cwd, 'plans'))
    symlinkSync(join('plans', 'real.json'), join(cwd, 'link.json'))
    writeFileSync(join(cwd, 'plans', 'real.json'), '{ "format": "flows.plan" }\n')
    await flows(['plan', '--out', 'link.json'], { cwd })
    expect(JSON.parse(readFileSync(join(cwd, 'plans', 'real.json'), 'utf8'))).toMatchObject({ format: 'flows.plan' })
    expect(readdirSync(join(cwd, 'plans'))).toEqual(['real.json'])
    for (const file of ['plans', 'nowhere/plan.json', '/dev/null']) {
      expect(await flows(['plan', '--out', file], { cwd }), file).toMatchObject({ code: 64, stdout: '' })
    }
  })
})

describe('flows plan --only', () => {
  test('names an unknown flow as bad usage, with the nearest one', async () => {
    const cwd = await aReviewedPlan()
    expect(await flows(['plan', '--only', 'aa'], { cwd })).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('did you mean "a"?'),
    })
    expect(await flows(['plan', '--only', 'b', '--detailed-exitcode'], { cwd })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Only b: 1 other change left out.'),
    })
    expect((await flows(['plan', '--only', 'b', '--format', 'markdown'], { cwd })).stdout).toContain('1 other change')
    expect(JSON.parse((await flows(['plan', '--only', 'b', '--json'], { cwd })).stdout)).toMatchObject({
      changes: [],
      only: ['b'],
      left_out: 1,
    })
    // What is remembered of an empty part is not taken for the whole.
    expect(await flows(['plan', '--detailed-exitcode'], { cwd })).toMatchObject({ code: 2 })
  })
})

describe('flows plan --commit-info', () => {
  test('says in every format where the definitions come from, and apply that they were not committed', async () => {
    const cwd = aProject({ a: aDefinition('A') })
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], { cwd })
        .toString()
        .trim()
    git('init', '--quiet', '--initial-branch', 'main')
    git('add', '.')
    git('commit', '--quiet', '-m', 'first')
    const commit = git('rev-parse', 'HEAD')
    expect(JSON.parse((await flows(['plan', '--json'], { cwd })).stdout)).not.toHaveProperty('source')
    const told = async (...args: string[]) => (await flows(['plan', '--commit-info', ...args], { cwd })).stdout
    expect(JSON.parse(await told('--json'))).toMatchObject({ source: { commit, branch: 'main', dirty: false } })
    expect(await told()).toContain(`commit ${commit.slice(0, 12)} on main\n`)
    expect(await told('--format', 'markdown')).toContain(`commit ${commit.slice(0, 12)} on main\n`)
    writeFiles(cwd, { 'flows/a.yaml': aDefinition('A2') })
    expect(await told()).toContain('not committed')
    expect(await told('--format', 'markdown')).toContain('uncommitted')
    await flows(['plan', '--out', 'plan.json'], { cwd })
    const run = 'https://github.com/acme/flows/actions/runs/7'
    const env = { GITHUB_SHA: commit, GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'acme/flows' }
    const applied = await flows(['apply', 'plan.json', '--json'], { cwd, env: { ...env, GITHUB_RUN_ID: '7' } })
    expect(applied.stderr).toContain('not committed')
    expect(JSON.parse(applied.stdout)).toMatchObject({
      deployment: { source: { commit, branch: 'main', dirty: true, run } },
    })
  })
})
