import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readHeader } from '../../src/forge/header.js'
import { aDefinition, aFolder, flows, writeFiles } from '../helpers/cli.js'
import { programInProcess } from '../helpers/program-in-process.js'
import { served } from '../service/serving.js'
import { aGitServer } from './git-server.js'
import { aGitlabServer } from './gitlab-server.js'
import { jobsText } from './job-texts.js'
import { ACTION, script } from './run-action.js'

describe('the workflow for GitHub', () => {
  const { permissions, jobs } = parse(jobsText({ forge: 'github' }))

  test('gives each job no more rights than it needs', () => {
    expect(permissions).toEqual({ contents: 'read' })
    expect(jobs.validate.permissions).toBeUndefined()
    expect(jobs.plan.permissions).toEqual({ contents: 'read', 'pull-requests': 'write' })
    expect(jobs.apply.permissions).toEqual({ contents: 'read', actions: 'read', 'pull-requests': 'write' })
    expect(jobs.drift.permissions).toEqual({ contents: 'write', 'pull-requests': 'write' })
  })

  test('gives the key that applies to the main branch only', () => {
    for (const [name, job] of Object.entries(jobs)) {
      expect(JSON.stringify(job).includes('secrets.FLOWS_LIVE_KEY')).toBe(name === 'apply')
    }
    expect(jobs.apply).toMatchObject({ environment: 'live', if: "github.event_name == 'push'" })
  })

  test('calls the action with inputs that it has, and lets nothing from outside into a script', () => {
    const steps = Object.values(jobs).flatMap(
      (job) => (job as { steps: { uses?: string; with?: object; run?: string }[] }).steps,
    )
    const calls = steps.filter(({ uses }) => uses === './.github/actions/flows')
    expect(calls).toHaveLength(4)
    for (const call of calls)
      expect(Object.keys(ACTION.inputs)).toEqual(expect.arrayContaining(Object.keys(call.with ?? {})))
    for (const { run, uses } of steps) {
      expect(run ?? '').not.toContain('${{')
      if (uses !== undefined) expect(uses).toMatch(/^(\.\/|actions\/[\w-]+@v4$)/)
    }
  })

  test('lets no apply wait in a group, where GitHub would cancel it, and no project stop the jobs of another', () => {
    expect(jobs.apply.concurrency).toBeUndefined()
    expect(jobs.plan.concurrency).toEqual({
      group: `flows-plan-acme-kyc-live-\${{ github.ref }}`,
      'cancel-in-progress': true,
    })
    expect(jobs.drift.concurrency).toBe('flows-drift-acme-kyc-live')
  })

  test('runs for pull requests, for a merge queue, and for pushes to the default branch, whatever its name', () => {
    const of = (branch: string) => parse(jobsText({ forge: 'github', branch })).on
    expect(Object.keys(of('main'))).toEqual(['pull_request', 'merge_group', 'push', 'schedule'])
    expect(parse(jobsText({ forge: 'github', target: undefined })).on).toHaveProperty('merge_group')
    const filters = ['main', 'master', 'release/2.x', '1.0', 'c++'].map((branch) => of(branch).push.branches)
    expect(filters).toEqual([['main'], ['master'], ['release/2.x'], ['1.0'], ['c\\+\\+']])
    // A merge queue waits for the jobs that a branch requires: they validate, and touch no service.
    expect(jobs.validate.if).toBe("github.event_name != 'schedule'")
    expect(jobs.plan.if).toContain("github.event_name == 'pull_request'")
  })

  test('lets no job wait for ever, at GitHub and at GitLab', () => {
    for (const [name, job] of Object.entries(jobs)) {
      expect((job as { 'timeout-minutes'?: number })['timeout-minutes'], name).toBeLessThanOrEqual(15)
    }
    const { '.flows': base, ...pipeline } = parse(jobsText({ forge: 'gitlab' }))
    expect(base.timeout).toBe('15 minutes')
    for (const job of Object.values(pipeline)) expect(job).toMatchObject({ extends: '.flows' })
  })

  test('only validates where there is no service to plan against', () => {
    expect(Object.keys(parse(jobsText({ forge: 'github', target: undefined })).jobs)).toEqual(['validate'])
    expect(Object.keys(parse(jobsText({ forge: 'gitlab', target: undefined })))).toEqual(['.flows', 'flows:validate'])
  })
})

/** A checkout with the pipeline of `flows init`, and its jobs as GitLab's runner starts them, with the variables it sets. */
async function aPipeline() {
  const api = await served()
  const gitlab = await aGitlabServer()
  gitlab.tokens.set('glpat-comment', { username: 'project_42_bot', canWrite: true })
  gitlab.tokens.set('glpat-drift', { username: 'project_42_drift', canWrite: true })
  const files = {
    'flows.config.yaml': `project: acme-kyc\nenvironments:\n  live: { mode: test, api: "${api.url}", api_key_env: FLOWS_LIVE_KEY }\n`,
    'flows/a.yaml': aDefinition('A'),
  }
  const bin = aFolder()
  writeFileSync(join(bin, 'flows'), await programInProcess(), { mode: 0o755 })
  const jobs = parse(jobsText({ forge: 'gitlab' }))
  const said: string[] = []
  const home = aFolder()
  const run = async (job: string, workspace: string, env: Readonly<Record<string, string>>) => {
    const isProtected = env.CI_COMMIT_BRANCH === 'main'
    const done = await script(jobs[job].script.join('\n'), workspace, {
      PATH: [bin, process.env.PATH].join(delimiter),
      HOME: home,
      CI: 'true',
      GITLAB_CI: 'true',
      CI_API_V4_URL: gitlab.api,
      CI_PROJECT_ID: String(gitlab.project),
      CI_DEFAULT_BRANCH: 'main',
      FLOWS_LIVE_PLAN_KEY: api.key,
      FLOWS_COMMENT_TOKEN: 'glpat-comment',
      // A branch that is not protected gets none that is.
      ...(isProtected && { FLOWS_LIVE_KEY: api.key, FLOWS_DRIFT_TOKEN: 'glpat-drift' }),
      ...env,
    })
    said.push(done.stdout, done.stderr)
    return done
  }
  return { api, gitlab, jobs, files, run, said, home }
}

test('the pipeline for GitLab plans in the merge request and applies what was reviewed, as GitLab runs its scripts', async () => {
  const { gitlab, jobs, files, run, said } = await aPipeline()
  const workspace = aFolder(files)
  const head = '1'.repeat(40)
  const merged = '2'.repeat(40)
  const { iid } = gitlab.open({ branch: 'edit', commits: [head] })
  const request = { CI_MERGE_REQUEST_IID: String(iid), CI_COMMIT_SHA: head, CI_JOB_ID: '77' }
  expect(await run('flows:plan', workspace, request)).toMatchObject({ code: 0 })
  expect(readHeader(gitlab.notes[0]?.body ?? '')).toMatchObject({ status: 'planned', commit: head, run_id: '77' })
  const name = 'flows-plan.acme-kyc.live.json'
  expect(jobs['flows:plan'].artifacts.paths).toEqual([name])
  expect(jobs['flows:plan'].rules).toEqual([
    { if: '$CI_MERGE_REQUEST_EVENT_TYPE == "merge_train"', when: 'never' },
    {
      if: '$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID',
    },
  ])
  const file = readFileSync(join(workspace, name), 'utf8')

  const pushed = { CI_COMMIT_SHA: merged, CI_COMMIT_BRANCH: 'main', CI_JOB_ID: '78' }
  expect(await run('flows:apply', workspace, pushed)).toMatchObject({ code: 1 })
  const [mergeRequest] = gitlab.mergeRequests
  if (mergeRequest) gitlab.merge(mergeRequest, 'squash', merged)
  gitlab.artifacts.set(`77/${name}`, `${file} `)
  const altered = await run('flows:apply', workspace, pushed)
  expect(altered.stdout).toContain('The saved plan is not the one that the comment names')
  gitlab.artifacts.set(`77/${name}`, file)
  expect(await run('flows:apply', workspace, pushed)).toMatchObject({ code: 0 })
  expect(readHeader(gitlab.notes[0]?.body ?? '')).toMatchObject({
    status: 'applied',
    deployment: expect.stringMatching(/^vfd_/),
  })
  expect(gitlab.notes).toHaveLength(1)
  expect(said.join()).not.toContain('glpat-')
})

test.each([
  ['flows:plan', 'FLOWS_LIVE_PLAN_KEY'],
  ['flows:plan', 'FLOWS_COMMENT_TOKEN'],
  ['flows:apply', 'FLOWS_COMMENT_TOKEN'],
  ['flows:drift', 'FLOWS_DRIFT_TOKEN'],
])(
  'the job %s for GitLab says which variable it lacks, and where to read what that holds: %s',
  async (job, variable) => {
    const { files, run } = await aPipeline()
    const done = await run(job, aFolder(files), { CI_COMMIT_BRANCH: 'main', [variable]: '' })
    expect(done.code).not.toBe(0)
    expect(done.stderr).toContain(`${variable}: is not set: what it holds stands at the top of the file with this job`)
    expect(jobsText({ forge: 'gitlab' })).toMatch(new RegExp(`^# ${variable} `, 'm'))
  },
)

test('FLOWS_ALLOW of the pipeline for GitLab may name several guards', async () => {
  const FLOWS_ALLOW = 'weaken, archive=b'
  const { api, gitlab, files, run } = await aPipeline()
  const strong = aDefinition('A', 'options: { phone: { require_verification: true } }\n')
  const cwd = aFolder({ ...files, 'flows/a.yaml': strong, 'flows/b.yaml': aDefinition('B') })
  const applied = await flows(['apply', '--env', 'live', '--yes'], { cwd, env: { FLOWS_LIVE_KEY: api.key } })
  expect(applied.code, applied.stderr).toBe(0)
  const guarded = files['flows.config.yaml'].replace(' }\n', ', guards: { weaken: block, archive: block } }\n')
  const workspace = aFolder({ ...files, 'flows.config.yaml': guarded, 'flows/c.yaml': aDefinition('C') })
  const { iid } = gitlab.open({ branch: 'edit', commits: ['1'.repeat(40)] })
  const request = { CI_MERGE_REQUEST_IID: String(iid), CI_COMMIT_SHA: '1'.repeat(40), CI_JOB_ID: '77' }
  for (const one of ['', 'weaken']) {
    expect(await run('flows:plan', workspace, { ...request, FLOWS_ALLOW: one }), one).toMatchObject({ code: 5 })
  }
  const lifted = await run('flows:plan', workspace, { ...request, FLOWS_ALLOW })
  expect(lifted.code, lifted.stdout + lifted.stderr).toBe(0)
  const [mergeRequest] = gitlab.mergeRequests
  if (mergeRequest) gitlab.merge(mergeRequest, 'squash', '2'.repeat(40))
  const name = 'flows-plan.acme-kyc.live.json'
  gitlab.artifacts.set(`77/${name}`, readFileSync(join(workspace, name), 'utf8'))
  const pushed = { CI_COMMIT_SHA: '2'.repeat(40), CI_COMMIT_BRANCH: 'main', CI_JOB_ID: '78', FLOWS_ALLOW }
  const done = await run('flows:apply', workspace, pushed)
  expect(done.code, done.stdout + done.stderr).toBe(0)
  expect(readHeader(gitlab.notes[0]?.body ?? '')).toMatchObject({ status: 'applied' })
})

describe('the job for drift at GitLab', () => {
  const BRANCH = 'flows/drift/acme-kyc/live'

  /** A flow that somebody edited, and a project whose default branch does not know it yet. */
  async function drifted() {
    const pipeline = await aPipeline()
    const { api, gitlab, run, files } = pipeline
    const host = await aGitServer()
    // The token of a job may fetch; the one for comments may do as little as that.
    host.tokens.set('job-token', 'read').set('glpat-comment', 'read').set('glpat-drift', 'write')
    const clone = aFolder(files)
    const git = gitOf(clone)
    git('init', '--quiet', '--initial-branch', 'main')
    git('remote', 'add', 'origin', host.folder)
    const commit = (message: string, more: Readonly<Record<string, string>> = {}, branch = 'main') => {
      writeFiles(clone, more)
      git('add', '.')
      git('commit', '--quiet', '--allow-empty', '-m', message)
      git('push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`)
      return git('rev-parse', 'HEAD')
    }
    commit('Start')
    expect(
      await flows(['apply', '--env', 'live', '--yes'], { cwd: clone, env: { FLOWS_LIVE_KEY: api.key } }),
    ).toMatchObject({ code: 0 })
    const edit = async (name: string, more: object = {}) => {
      const [flow] = (await api.call('GET', '/v1/identity/verification_flows')).body.data
      await api.call('POST', `/v1/identity/verification_flows/${flow.id}`, { body: { name, ...more } })
    }
    await edit('By hand')
    /** As the runner leaves it: a commit and no branch, not all of the history, the token of the job in the address. */
    const checkout = () => {
      const root = aFolder()
      const own = gitOf(root)
      own('init', '--quiet')
      own('remote', 'add', 'origin', `${host.project.replace('://', '://gitlab-ci-token:job-token@')}.git`)
      own('fetch', '--quiet', '--depth=20', `file://${host.folder}`, '+refs/heads/main:refs/remotes/origin/main')
      own('checkout', '--quiet', '--detach', 'origin/main')
      return root
    }
    const job = async (workspace = checkout(), env: Readonly<Record<string, string>> = {}) => {
      const done = await run('flows:drift', workspace, {
        CI_COMMIT_SHA: gitOf(workspace)('rev-parse', 'HEAD'),
        CI_COMMIT_BRANCH: 'main',
        CI_COMMIT_REF_NAME: 'main',
        CI_JOB_ID: '80',
        CI_PIPELINE_SOURCE: 'schedule',
        CI_PROJECT_URL: host.project,
        ...env,
      })
      return { ...done, workspace }
    }
    const open = () => gitlab.mergeRequests.filter(({ state }) => state === 'opened')
    const tip = () => host.git('for-each-ref', '--format=%(objectname)', `refs/heads/${BRANCH}`)
    const name = (commit: string) => /^name: .*$/m.exec(host.git('show', `${commit}:flows/a.yaml`))?.[0]
    return { ...pipeline, host, git, commit, edit, checkout, job, open, tip, name }
  }

  test('opens a merge request with the edit, once, below whatever address GitLab is', async () => {
    const { job, open, tip, name, gitlab } = await drifted()
    const opened = await job()
    expect(opened, opened.stderr).toMatchObject({ code: 0 })
    expect(opened.stderr).toContain('Opened pull request 1')
    expect(open()).toMatchObject([{ source_branch: BRANCH, target_branch: 'main' }])
    expect(name(tip())).toBe('name: By hand')
    const before = tip()
    const again = await job()
    expect(again.stderr).toContain('Up to date: pull request 1')
    expect([tip(), gitlab.mergeRequests.length]).toEqual([before, 1])
  })

  test.each([
    [
      'created in the project',
      async ({ call, flow: _ }: Outside) => {
        const body = { key: 'made', name: 'Made', type: 'document', project: 'acme-kyc', 'static_link[active]': 'true' }
        await call('POST', '/v1/identity/verification_flows', { body })
      },
      'made: no definition: flows pull <key> writes one',
    ],
    [
      'taken out of the project',
      async ({ call, flow }: Outside) => {
        await call('POST', `/v1/identity/verification_flows/${flow}`, { body: { project: '' } })
      },
      'a: taken out of the project: flows pull writes nothing',
    ],
  ] as const)('fails where a flow was %s, which no pull request can say', async (_, act, text) => {
    const { api, job, open, edit } = await drifted()
    await edit('A')
    const [flow] = (await api.call('GET', '/v1/identity/verification_flows')).body.data
    await act({ call: api.call, flow: flow.id })
    const done = await job()
    expect(done, done.stderr).toMatchObject({ code: 2 })
    expect(done.stderr).toContain(text)
    expect(open()).toEqual([])
  })

  test('opens a merge request with what it can say, names there what stays, and fails for that', async () => {
    const { api, job, open } = await drifted()
    const body = { key: 'made', name: 'Made', type: 'document', project: 'acme-kyc' }
    await api.call('POST', '/v1/identity/verification_flows', { body })
    expect((await job()).code).toBe(2)
    expect(open()).toHaveLength(1)
    expect(open()[0]?.description).toContain(
      'Drift that stays when this is merged:\n\n- made: no definition: flows pull &#60;key&#62; writes one',
    )
  })

  test('says in its merge request what the edits do to the verification, and nothing where they do nothing', async () => {
    const { job, open, edit } = await drifted()
    await job()
    expect(open()[0]?.description).toMatch(/^- a: edited by [^;]*$/m)
    const options = { document: { require_matching_selfie: true, allowed_types: ['passport'] } }
    await edit('By hand', { options })
    await job()
    expect(open()[0]?.description).toMatch(
      /^- a: edited by [^;]*; strengthens: no longer accepts .*, selfie check switched on$/m,
    )
    await edit('By hand', { static_link: { active: true } })
    await job()
    expect(open()[0]?.description).toMatch(/^- a: edited by [^;]*; strengthens: .*; exposes static link$/m)
  })

  test('brings a branch that an earlier one left behind up to date, as at GitHub', async () => {
    const { job, open, tip, name, commit, edit, gitlab } = await drifted()
    await job()
    const left = tip()
    // Closed, not merged, and its branch was kept; then the main branch went on, and somebody edited the flow again.
    Object.assign(gitlab.mergeRequests[0] ?? {}, { state: 'closed' })
    const main = commit('Go on', { 'notes.txt': 'other\n' })
    await edit('By hand again')
    const opened = await job()
    expect(opened, opened.stderr).toMatchObject({ code: 0 })
    expect(opened.stderr).toContain('Opened pull request 2')
    expect(open()).toMatchObject([{ iid: 2, source_branch: BRANCH }])
    expect(tip()).not.toBe(left)
    expect(name(tip())).toBe('name: By hand again')
    expect(tip() && gitOf(opened.workspace)('rev-parse', `${tip()}^`)).toBe(main)
  })

  test('writes nothing over the commits that somebody put on the branch', async () => {
    const { job, tip, edit, git, commit } = await drifted()
    await job()
    git('fetch', '--quiet', 'origin', BRANCH)
    git('checkout', '--quiet', '--detach', 'FETCH_HEAD')
    const theirs = commit('Mine', { 'notes.txt': 'mine\n' }, BRANCH)
    await edit('By hand again')
    const kept = await job()
    expect(kept, kept.stderr).toMatchObject({ code: 0 })
    expect(kept.stderr).toContain('Somebody else has committed to the branch: nothing was written')
    expect(tip()).toBe(theirs)
  })

  test('leaves its token nowhere: not in the checkout, not at home, not in what it says', async () => {
    const { job, said, home } = await drifted()
    const { workspace, code } = await job()
    expect(code).toBe(0)
    const found = [workspace, home].flatMap(filesIn).filter((file) => readFileSync(file).includes('glpat-'))
    expect(found).toEqual([])
    expect(gitOf(workspace)('config', '--list')).not.toContain('pushurl')
    expect(said.join()).not.toContain('glpat-')
  })

  test('pushes with its own token, whatever helper the runner has set up for the one of the job', async () => {
    const { job, checkout, host, tip } = await drifted()
    const workspace = checkout()
    const git = gitOf(workspace)
    git('remote', 'set-url', 'origin', `${host.project}.git`)
    git(
      'config',
      `credential.${new URL(host.project).origin}.helper`,
      '!echo username=gitlab-ci-token; echo password=job-token; :',
    )
    const done = await job(workspace)
    expect(done, done.stderr).toMatchObject({ code: 0 })
    expect(tip()).not.toBe('')
  })

  test('cannot push with the token that merge requests can read', async () => {
    const { job, tip } = await drifted()
    const refused = await job(undefined, { FLOWS_DRIFT_TOKEN: 'glpat-comment' })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('git push failed')
    expect(tip()).toBe('')
  })

  test('runs for a schedule of the default branch only, the one that gets its token', async () => {
    const { jobs } = await aPipeline()
    expect(jobs['flows:drift'].rules).toEqual([
      { if: '$CI_PIPELINE_SOURCE == "schedule" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH' },
    ])
    for (const [name, job] of Object.entries(jobs)) {
      const text = JSON.stringify(job)
      expect(text.includes('FLOWS_DRIFT_TOKEN')).toBe(name === 'flows:drift')
      expect(text.includes('FLOWS_COMMENT_TOKEN')).toBe(['flows:plan', 'flows:apply'].includes(name))
    }
  })
})

interface Outside {
  readonly call: Awaited<ReturnType<typeof served>>['call']
  readonly flow: string
}

function gitOf(cwd: string) {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' }
  return (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], { cwd, env })
      .toString()
      .trim()
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
