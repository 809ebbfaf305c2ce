import { execFileSync } from 'node:child_process'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ciJob } from '../../src/ci/job.js'
import { aFolder } from '../helpers/cli.js'

const HEAD = '1'.repeat(40)
const TRIED = '2'.repeat(40)
const event = (text: string) => join(aFolder({ 'event.json': text }), 'event.json')
const ofPullRequest = JSON.stringify({ pull_request: { number: 12, head: { sha: HEAD } } })

test('outside of CI there is no job', () => {
  expect(ciJob({ PATH: '/usr/bin', CI: 'true' })).toBeUndefined()
})

describe('a job of GitHub Actions', () => {
  const github = {
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'acme/flows',
    GITHUB_RUN_ID: '4711',
    GITHUB_SHA: TRIED,
  }
  const told = {
    service: 'github',
    repository: 'https://github.com/acme/flows',
    run: 'https://github.com/acme/flows/actions/runs/4711',
    runId: '4711',
  }

  test('for a pull request tells its number, its last commit, and the merge that was only tried', () => {
    const pull = { GITHUB_REF: 'refs/pull/12/merge', GITHUB_REF_NAME: '12/merge', GITHUB_HEAD_REF: 'stricter' }
    const known = { ...told, pullRequest: 12, branch: 'stricter' }
    expect(ciJob({ ...github, ...pull, GITHUB_EVENT_PATH: event(ofPullRequest) })).toEqual({
      ...known,
      commit: HEAD,
      trial: TRIED,
    })
    expect(ciJob({ ...github, ...pull })).toEqual({ ...known, commit: TRIED, trial: null })
  })

  test('for a push tells the commit and the branch', () => {
    const pushed = { GITHUB_REF: 'refs/heads/main', GITHUB_REF_NAME: 'main', GITHUB_EVENT_PATH: event('{}') }
    const expected = { ...told, pullRequest: null, commit: TRIED, trial: null, branch: 'main' }
    expect(ciJob({ ...github, ...pushed })).toEqual(expected)
  })

  test.each([
    ['is larger than any of GitHub', (file: string) => truncateSync(file, 26 * 1024 * 1024)],
    ['is no JSON', (file: string) => writeFileSync(file, 'null }')],
    ['tells other things', (file: string) => writeFileSync(file, '{"pull_request":{"number":"x","head":[]}}')],
  ])('passes over an event that %s', (_, spoil) => {
    const file = event(ofPullRequest.padEnd(26 * 1024 * 1024))
    spoil(file)
    const job = ciJob({ ...github, GITHUB_REF: 'refs/pull/12/merge', GITHUB_EVENT_PATH: file })
    expect(job).toMatchObject({ pullRequest: 12, commit: TRIED, trial: null })
  })

  test('waits for nobody to write an event', () => {
    const pipe = join(aFolder(), 'pipe')
    execFileSync('mkfifo', [pipe])
    expect(ciJob({ ...github, GITHUB_EVENT_PATH: pipe })).toMatchObject({ commit: TRIED })
  })
})

describe('a job of GitLab CI', () => {
  const gitlab = {
    CI_PROJECT_ID: '42',
    CI_PROJECT_URL: 'https://gitlab.example.com:8443/git/acme/flows',
    CI_JOB_ID: '9',
    CI_JOB_URL: 'https://gitlab.example.com:8443/git/acme/flows/-/jobs/9',
    CI_COMMIT_SHA: TRIED,
    CI_COMMIT_REF_NAME: 'main',
  }
  const told = { service: 'gitlab', repository: gitlab.CI_PROJECT_URL, run: gitlab.CI_JOB_URL, runId: '9' }

  test('for a merge request tells its number, its last commit, and the merge that was only tried', () => {
    const request = { CI_MERGE_REQUEST_IID: '7', CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'stricter' }
    const known = { ...told, pullRequest: 7, branch: 'stricter' }
    expect(ciJob({ ...gitlab, ...request })).toEqual({ ...known, commit: TRIED, trial: null })
    expect(ciJob({ ...gitlab, ...request, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: HEAD })).toEqual({
      ...known,
      commit: HEAD,
      trial: TRIED,
    })
  })

  test('for a push tells the commit and the branch; a tag is no branch', () => {
    const pushed = { ...told, pullRequest: null, commit: TRIED, trial: null }
    expect(ciJob(gitlab)).toEqual({ ...pushed, branch: 'main' })
    expect(ciJob({ ...gitlab, CI_COMMIT_TAG: 'v1' })).toEqual({ ...pushed, branch: null })
  })
})

test('what is not of its form is not told', () => {
  const nothing = {
    pullRequest: null,
    commit: null,
    trial: null,
    branch: null,
    repository: null,
    run: null,
    runId: null,
  }
  const github = { GITHUB_REPOSITORY: 'a/b', GITHUB_SERVER_URL: 'file://', GITHUB_SHA: '$(id)', GITHUB_RUN_ID: 'x' }
  expect(ciJob(github)).toEqual({ ...nothing, service: 'github' })
  const gitlab = {
    CI_PROJECT_ID: '1',
    CI_COMMIT_SHA: 'main',
    CI_MERGE_REQUEST_IID: '-1',
    CI_JOB_URL: 'x',
    CI_JOB_ID: '',
  }
  expect(ciJob(gitlab)).toEqual({ ...nothing, service: 'gitlab' })
})
