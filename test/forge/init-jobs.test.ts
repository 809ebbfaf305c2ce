import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { githubWorkflow, gitlabPipeline } from '../../src/cli/commands/init-templates.js'
import { readHeader } from '../../src/forge/header.js'
import { aDefinition, aFolder, FLOWS } from '../helpers/cli.js'
import { served } from '../service/serving.js'
import { aGitlabServer } from './gitlab-server.js'
import { ACTION, script } from './run-action.js'

describe('the workflow for GitHub', () => {
  const { permissions, jobs } = parse(githubWorkflow(true))

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
    expect(calls).toHaveLength(3)
    for (const call of calls)
      expect(Object.keys(ACTION.inputs)).toEqual(expect.arrayContaining(Object.keys(call.with ?? {})))
    for (const { run, uses } of steps) {
      expect(run ?? '').not.toContain('${{')
      if (uses !== undefined) expect(uses).toMatch(/^(\.\/|actions\/[\w-]+@v4$)/)
    }
  })

  test('only validates where there is no service to plan against', () => {
    expect(Object.keys(parse(githubWorkflow(false)).jobs)).toEqual(['validate'])
    expect(Object.keys(parse(gitlabPipeline(false)))).toEqual(['.flows', 'flows:validate'])
  })
})

test('the pipeline for GitLab plans in the merge request and applies what was reviewed, as GitLab runs its scripts', async () => {
  const api = await served()
  const gitlab = await aGitlabServer()
  const workspace = aFolder({
    'flows.config.yaml': `project: acme-kyc\nenvironments:\n  live: { api: "${api.url}", api_key_env: FLOWS_LIVE_KEY }\n`,
    'flows/a.yaml': aDefinition('A'),
  })
  const bin = join(workspace, '.bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'flows'), `#!/bin/sh\nexec "${process.execPath}" "${FLOWS}" "$@"\n`, { mode: 0o755 })
  const jobs = parse(gitlabPipeline(true))
  const run = (job: string, env: Readonly<Record<string, string>>) =>
    script(jobs[job].script.join('\n'), workspace, {
      PATH: [bin, process.env.PATH].join(delimiter),
      HOME: workspace,
      CI: 'true',
      GITLAB_CI: 'true',
      CI_API_V4_URL: gitlab.api,
      CI_PROJECT_ID: String(gitlab.project),
      GITLAB_TOKEN: 'glpat-bot',
      FLOWS_LIVE_PLAN_KEY: api.key,
      FLOWS_LIVE_KEY: api.key,
      ...env,
    })
  const head = '1'.repeat(40)
  const merged = '2'.repeat(40)
  const { iid } = gitlab.open({ branch: 'edit', commits: [head] })
  const planned = await run('flows:plan', { CI_MERGE_REQUEST_IID: String(iid), CI_COMMIT_SHA: head, CI_JOB_ID: '77' })
  expect(planned).toMatchObject({ code: 0 })
  expect(readHeader(gitlab.notes[0]?.body ?? '')).toMatchObject({ status: 'planned', commit: head, run_id: '77' })
  expect(jobs['flows:plan'].artifacts.paths).toEqual(['flows-plan-live.json'])
  const file = readFileSync(join(workspace, 'flows-plan-live.json'), 'utf8')

  const pushed = { CI_COMMIT_SHA: merged, CI_COMMIT_BRANCH: 'main', CI_JOB_ID: '78' }
  expect(await run('flows:apply', pushed)).toMatchObject({ code: 1 })
  const [mergeRequest] = gitlab.mergeRequests
  if (mergeRequest) gitlab.merge(mergeRequest, 'squash', merged)
  gitlab.artifacts.set('77/flows-plan-live.json', `${file} `)
  const altered = await run('flows:apply', pushed)
  expect(altered.stdout).toContain('The saved plan is not the one that the comment names')
  gitlab.artifacts.set('77/flows-plan-live.json', file)
  const applied = await run('flows:apply', pushed)
  expect(applied).toMatchObject({ code: 0 })
  expect(readHeader(gitlab.notes[0]?.body ?? '')).toMatchObject({
    status: 'applied',
    deployment: expect.stringMatching(/^vfd_/),
  })
  expect(gitlab.notes).toHaveLength(1)
  for (const { stdout, stderr } of [planned, altered, applied]) expect(stdout + stderr).not.toContain('glpat-bot')
})
