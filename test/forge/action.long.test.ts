import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readHeader } from '../../src/forge/header.js'
import { aFolder, writeFiles } from '../helpers/cli.js'
import { served } from '../service/serving.js'
import { aGithubServer } from './github-server.js'
import { ACTION, type ActionOptions, INSTALLED, runAction } from './run-action.js'

const MERGED = 'd'.repeat(40)
const strong = 'name: A\ntype: document\noptions:\n  document:\n    require_live_capture: true\n'
/** Of nothing. */
const DIGEST = `sha512-${createHash('sha512').digest('base64')}`
const weak = strong.replace('capture: true', 'capture: false')

/** A repository with definitions, a flows API, GitHub, and jobs that run the action. */
async function aRepository(guards = '{}') {
  const api = await served()
  const github = await aGithubServer()
  const workspace = aFolder({
    ...INSTALLED,
    'flows.config.yaml': `project: acme-kyc\nenvironments:\n  live: { mode: test, api: "${api.url}", api_key_env: FLOWS_LIVE_KEY, guards: ${guards} }\n`,
    'flows/a.yaml': strong,
  })
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], { cwd: workspace })
      .toString()
      .trim()
  git('init', '--quiet', '--initial-branch', 'main')
  const commit = (files: Readonly<Record<string, string>>) => {
    writeFiles(workspace, files)
    git('add', '.')
    git('commit', '--quiet', '--message', 'edit')
    return git('rev-parse', 'HEAD')
  }
  commit({})
  const artifacts: ActionOptions['artifacts'] = new Map()
  let runs = 100
  const job = (
    command: string,
    event: { pull?: number; head: string },
    inputs = {},
    more: { temporary?: string; runId?: string; isOwnProcess?: boolean } = {},
  ) => {
    runs += 1
    const { pull, head } = event
    const eventFile = join(aFolder(), 'event.json')
    const payload = pull === undefined ? {} : { pull_request: { number: pull, head: { sha: head } } }
    writeFileSync(eventFile, JSON.stringify(payload))
    return runAction({
      inputs: { command, environment: 'live', token: 'ghs_workflow', ...inputs },
      github: { token: 'ghs_workflow', sha: head, event: payload },
      env: {
        FLOWS_LIVE_KEY: api.key,
        GITHUB_API_URL: github.origin,
        GITHUB_REPOSITORY: github.repository,
        GITHUB_EVENT_PATH: eventFile,
        GITHUB_RUN_ID: more.runId ?? String(runs),
        // For a pull request this is the merge that GitHub tried.
        GITHUB_SHA: pull === undefined ? head : 'e'.repeat(40),
        GITHUB_REF: pull === undefined ? 'refs/heads/main' : `refs/pull/${pull}/merge`,
      },
      workspace,
      artifacts,
      ...(more.temporary !== undefined && { temporary: more.temporary }),
      ...(more.isOwnProcess && { isOwnProcess: true }),
    })
  }
  const flowsOf = async () => (await api.call('GET', '/v1/identity/verification_flows')).body.data
  return { api, github, workspace, commit, artifacts, job, flowsOf }
}

describe('a pull request', () => {
  test('gets its plan as comment, annotations, summary and artifact; the merge applies it and says so', async () => {
    const { github, commit, artifacts, job, flowsOf } = await aRepository()
    const head = commit({ 'flows/b.yaml': 'name: B\ntype: document\n' })
    const pull = github.open({ branch: 'edit', commits: [head] })
    const other = github.open({ branch: 'other', commits: ['3'.repeat(40)] })

    const planned = await job('plan', { pull: pull.number, head }, {}, { isOwnProcess: true })
    expect(planned).toMatchObject({ code: 0 })
    expect(planned.stdout).toContain('::notice file=flows/b.yaml,line=1,title=create b::')
    expect(planned.summary).toContain('### Flows plan')
    expect([...artifacts.keys()]).toEqual([`101/flows-plan.acme-kyc.live.${head}`])
    expect(github.comments).toHaveLength(1)
    const [comment] = github.comments
    expect(readHeader(comment?.body ?? '')).toMatchObject({
      status: 'planned',
      commit: head,
      run_id: '101',
      keys: ['a', 'b'],
    })
    expect(await flowsOf()).toEqual([])
    github.comment(other.number, 'github-actions[bot]', comment?.body ?? '')

    github.merge(pull, MERGED)
    const applied = await job('apply', { head: MERGED }, {}, { isOwnProcess: true })
    expect(applied).toMatchObject({ code: 0 })
    const { deployment } = applied.outputs.apply ?? {}
    expect(deployment).toMatch(/^vfd_/)
    expect((await flowsOf()).map(({ key }: { key: string }) => key).sort()).toEqual(['a', 'b'])
    expect(readHeader(comment?.body ?? '')).toMatchObject({ status: 'applied', deployment })
    expect(readHeader(github.comments[1]?.body ?? '')).toMatchObject({ status: 'outdated' })
    const everything =
      [planned, applied].map((run) => run.stdout + run.stderr + run.summary).join() + JSON.stringify(github.comments)
    for (const secret of ['ghs_workflow', 'sk_test_']) expect(everything).not.toContain(secret)
  })

  test('has a plan of its own for each project of the repository, and each of them is applied', async () => {
    const { api, github, commit, artifacts, job, flowsOf } = await aRepository()
    const live = `live: { mode: test, api: "${api.url}", api_key_env: FLOWS_LIVE_KEY }`
    const head = commit({
      'other/flows.config.yaml': `project: other\nenvironments:\n  ${live}\n`,
      'other/flows/b.yaml': 'name: B\ntype: document\n',
    })
    const pull = github.open({ branch: 'edit', commits: [head] })
    const other = { config: 'other/flows.config.yaml' }
    // Steps of one job: the same runner, the same folder for what is temporary, the same run.
    const temporary = aFolder()
    const planned = [
      await job('plan', { pull: pull.number, head }, {}, { temporary, runId: '7' }),
      await job('plan', { pull: pull.number, head }, other, { temporary, runId: '7' }),
    ]
    expect(planned.map(({ code }) => code)).toEqual([0, 0])
    expect([...artifacts.keys()]).toEqual([`7/flows-plan.acme-kyc.live.${head}`, `7/flows-plan.other.live.${head}`])
    expect(new Set(planned.map(({ outputs }) => outputs.plan?.file)).size).toBe(2)
    expect([...artifacts.values()].flatMap((files) => [...files.keys()])).toEqual([
      'flows-plan.acme-kyc.live.json',
      'flows-plan.other.live.json',
    ])
    github.merge(pull, MERGED)
    for (const inputs of [{}, other]) {
      expect(await job('apply', { head: MERGED }, inputs, { temporary })).toMatchObject({ code: 0 })
    }
    const made = (await flowsOf()).map(({ key, project }: { key: string; project: string }) => `${project} ${key}`)
    expect(made.sort()).toEqual(['acme-kyc a', 'other b'])
  })

  test('that a guard blocks is shown, and fails its job', async () => {
    const { github, commit, job, artifacts } = await aRepository('{ weaken: block }')
    expect(await job('apply', { head: MERGED }, { 'allow-unreviewed': 'true' })).toMatchObject({ code: 0 })
    const head = commit({ 'flows/a.yaml': weak })
    const pull = github.open({ branch: 'weaken', commits: [head] })
    const blocked = await job('plan', { pull: pull.number, head })
    expect(blocked.code).toBe(5)
    expect(blocked.stdout).toContain('::warning file=flows/a.yaml,line=5,title=update a (blocked)::')
    expect(github.comments[0]?.body).toContain('**blocked** by guard')
    expect(artifacts.size).toBe(1)
    const allowed = await job('plan', { pull: pull.number, head }, { allow: 'weaken=a archive' })
    expect(allowed.code).toBe(0)
    expect(github.comments).toHaveLength(1)
    expect(github.comments[0]?.body).toContain('**lifted** by guard')
  })

  test('with broken definitions is annotated, and commented by nobody', async () => {
    const { github, commit, job } = await aRepository()
    const head = commit({ 'flows/a.yaml': 'name: A\ntype: documnet\n' })
    const { code, stdout } = await job('plan', { pull: github.open({ branch: 'x', commits: [head] }).number, head })
    expect(code).toBe(3)
    expect(stdout).toContain('::error file=flows/a.yaml,line=2')
    expect(github.comments).toEqual([])
  })
})

describe('a push to the main branch', () => {
  test('without a reviewed plan fails, unless there is nothing to do or it is allowed', async () => {
    const { job, flowsOf } = await aRepository()
    const refused = await job('apply', { head: MERGED })
    expect(refused.code).toBe(1)
    expect(refused.stdout).toContain('There are changes that nobody reviewed as a plan')
    expect(await flowsOf()).toEqual([])
    expect(await job('apply', { head: MERGED }, { 'allow-unreviewed': 'true' })).toMatchObject({ code: 0 })
    expect(await flowsOf()).toHaveLength(1)
    const nothing = await job('apply', { head: MERGED })
    expect(nothing).toMatchObject({ code: 0 })
    expect(nothing.stdout).toContain('Nothing to do: 1 unchanged in live.')
  })

  test('applies no other plan than the one in the comment, and none that went stale', async () => {
    const { api, github, artifacts, commit, job, flowsOf } = await aRepository()
    await job('apply', { head: MERGED }, { 'allow-unreviewed': 'true' })
    const head = commit({ 'flows/a.yaml': strong.replace('name: A', 'name: After') })
    const pull = github.open({ branch: 'edit', commits: [head] })
    const planned = await job('plan', { pull: pull.number, head })
    expect(planned).toMatchObject({ code: 0 })
    github.merge(pull, 'c'.repeat(40))

    const [flow] = await flowsOf()
    await api.call('POST', `/v1/identity/verification_flows/${flow.id}`, { body: { name: 'Edited' } })
    const stale = await job('apply', { head: 'c'.repeat(40) })
    expect(stale.code).toBe(4)
    expect(readHeader(github.comments[0]?.body ?? '')).toMatchObject({ status: 'outdated' })

    const [[name, files]] = [...artifacts].slice(-1) as [[string, ReadonlyMap<string, string>]]
    artifacts.set(name, new Map([...files].map(([file, text]) => [file, text.replace('After', 'Other')])))
    const altered = await job('apply', { head: 'c'.repeat(40) })
    expect(altered.code).toBe(1)
    expect(altered.stdout).toContain('The saved plan is not the one that the comment names')
    expect((await flowsOf())[0].name).toBe('Edited')
  })
})

describe('two merges at once', () => {
  test('are each applied as reviewed, whichever comes first: neither plan holds the change of the other', async () => {
    const { api, github, commit, job, flowsOf } = await aRepository()
    await job('apply', { head: MERGED }, { 'allow-unreviewed': 'true' })
    const reviewed = async (branch: string, files: Readonly<Record<string, string>>) => {
      const head = commit(files)
      const pull = github.open({ branch, commits: [head] })
      expect(await job('plan', { pull: pull.number, head })).toMatchObject({ code: 0 })
      return pull
    }
    const first = await reviewed('first', { 'flows/a.yaml': strong.replace('name: A', 'name: After') })
    // Made on the main branch as it was before the first was merged.
    commit({ 'flows/a.yaml': strong })
    const second = await reviewed('second', { 'flows/b.yaml': 'name: B\ntype: document\n' })
    // The main branch after both.
    commit({ 'flows/a.yaml': strong.replace('name: A', 'name: After') })
    github.merge(first, 'b'.repeat(40))
    github.merge(second, 'c'.repeat(40))
    const later = await job('apply', { head: 'c'.repeat(40) })
    expect(later, later.stderr).toMatchObject({ code: 0 })
    expect((await flowsOf()).map(({ name }: { name: string }) => name).sort()).toEqual(['A', 'B'])
    const both = await Promise.all(
      ['b', 'c'].map((letter) => job('apply', { head: letter.repeat(40) }, {}, { isOwnProcess: true })),
    )
    expect(both.map(({ code }) => code)).toEqual([0, 0])
    expect((await flowsOf()).map(({ name }: { name: string }) => name).sort()).toEqual(['After', 'B'])
    const { data } = (await api.call('GET', '/v2/identity/flow_deployments?project=acme-kyc')).body
    expect(data).toHaveLength(3)
  })
})

describe('two merges that change the same flow', () => {
  test('lose nothing, in whatever order their jobs run: one is applied, the other fails and needs a new plan', async () => {
    const { github, commit, job, flowsOf } = await aRepository()
    await job('apply', { head: MERGED }, { 'allow-unreviewed': 'true' })
    const planned = async (branch: string, files: Readonly<Record<string, string>>) => {
      const head = commit(files)
      const pull = github.open({ branch, commits: [head] })
      expect(await job('plan', { pull: pull.number, head })).toMatchObject({ code: 0 })
      return pull
    }
    const renamed = strong.replace('name: A', 'name: After')
    const selfie = '    require_matching_selfie: true\n'
    const first = await planned('first', { 'flows/a.yaml': renamed })
    const second = await planned('second', { 'flows/a.yaml': strong + selfie })
    github.merge(first, 'b'.repeat(40))
    github.merge(second, 'c'.repeat(40))

    // The later one runs first, on the definitions as both have left them; the earlier one on those of its own merge.
    commit({ 'flows/a.yaml': renamed + selfie })
    expect(await job('apply', { head: 'c'.repeat(40) })).toMatchObject({ code: 4 })
    expect((await flowsOf())[0]).toMatchObject({ name: 'A' })
    commit({ 'flows/a.yaml': renamed })
    expect(await job('apply', { head: 'b'.repeat(40) })).toMatchObject({ code: 0 })
    expect((await flowsOf())[0]).toMatchObject({ name: 'After' })
    const status = (number: number) =>
      github.comments.filter(({ issue }) => issue === number).map(({ body }) => readHeader(body)?.status)
    expect([status(first.number), status(second.number)]).toEqual([['applied'], ['outdated']])

    const again = await planned('again', { 'flows/a.yaml': renamed + selfie })
    github.merge(again, 'f'.repeat(40))
    expect(await job('apply', { head: 'f'.repeat(40) })).toMatchObject({ code: 0 })
    expect((await flowsOf())[0]).toMatchObject({
      name: 'After',
      options: { document: { require_matching_selfie: true } },
    })
  })
})

describe('on a schedule', () => {
  const fake = (code: number, pull = 0) => ({
    npm: `#!/bin/sh\nmkdir -p node_modules/.bin && ln -sf "$(dirname "$0")/fake" node_modules/.bin/flows\n`,
    fake: `#!/bin/sh\necho "flows $*"\ncase "$*" in *" drift "*) exit ${code};; *" pull "*) exit ${pull};; esac\n`,
  })

  test.each([
    [0, 0, false],
    [1, 1, false],
    [2, 0, true],
    [6, 6, false],
  ])('drift that exits %i ends with %i, and a pull request: %s', async (drift, code, opens) => {
    const workspace = aFolder({ ...INSTALLED, 'flows.config.yaml': '' })
    const options = { github: { token: 't' }, env: {}, workspace, artifacts: new Map() }
    const run = await runAction({
      inputs: { command: 'drift', environment: 'live' },
      ...options,
      programs: fake(drift),
    })
    expect(run.code).toBe(code)
    expect(run.stdout.includes('flows --config flows.config.yaml pull --env live --pull-request')).toBe(opens)
  })

  test('drift that no pull request can say fails the job', async () => {
    const run = await runAction({
      inputs: { command: 'drift', environment: 'live' },
      github: { token: 't' },
      env: {},
      workspace: aFolder({ ...INSTALLED, 'flows.config.yaml': '' }),
      artifacts: new Map(),
      programs: fake(2, 2),
    })
    expect(run.code).toBe(2)
  })
})

describe('the action', () => {
  test('is composite, and installs what the lock file says unless it is told otherwise', () => {
    expect(ACTION.runs.using).toBe('composite')
    expect(ACTION.inputs.install?.default).toBe('lockfile')
    for (const input of Object.values(ACTION.inputs)) expect(input.description).not.toBe('')
  })

  test('has steps that GitHub takes: a script with its shell, or an action of GitHub with its major version', () => {
    for (const step of ACTION.runs.steps) {
      if (step.uses === undefined)
        expect(step).toMatchObject({ name: expect.any(String), run: expect.any(String), shell: 'bash' })
      else expect(step.uses).toMatch(/^actions\/(setup-node|upload-artifact|download-artifact)@v4$/)
    }
  })

  test('lets nothing from outside into the text of a script', () => {
    for (const { run } of ACTION.runs.steps) expect(run ?? '').not.toContain('${{')
  })

  test('gives each script the variables that it reads', () => {
    for (const { run = '', env = {} } of ACTION.runs.steps) {
      const read = [...run.matchAll(/\$\{?(FLOWS_\w+)/g)].map(([, name]) => name)
      expect(Object.keys(env)).toEqual(expect.arrayContaining(read))
    }
  })

  test.each([
    ['command', { command: 'aply' }],
    ['environment', { environment: '$(touch /tmp/x)' }],
    ['environment', { environment: '' }],
    ['config', { config: '../flows.config.yaml' }],
    ['config', { config: 'none.yaml' }],
    ['install', { install: 'latest' }],
    ['package', { package: 'verification-flows@1.0.0' }],
    ['package', { install: 'package', package: 'verification-flows', integrity: DIGEST }],
    ['package', { install: 'package', package: 'verification-flows@^1.0.0', integrity: DIGEST }],
    ['package', { install: 'package', package: 'git+https://example.com/flows.git', integrity: DIGEST }],
    ['package', { install: 'package', package: '../flows.tgz', integrity: DIGEST }],
    ['package', { install: 'package', package: '-o.tgz', integrity: DIGEST }],
    ['integrity', { install: 'package', package: 'verification-flows@1.0.0' }],
    ['integrity', { install: 'package', package: 'verification-flows@1.0.0', integrity: 'sha1-abc' }],
  ])('refuses an input that is none: %s', async (name, input) => {
    const inputs = { command: 'plan', environment: 'live', ...input }
    const workspace = aFolder({ 'flows.config.yaml': '' })
    const run = await runAction({ inputs, github: {}, env: {}, workspace, artifacts: new Map() })
    expect(run).toMatchObject({ code: 64, ran: ['Check the inputs'] })
    expect(run.stdout).toMatch(new RegExp(`^::error title=Verification flows::${name} `))
  })
})
