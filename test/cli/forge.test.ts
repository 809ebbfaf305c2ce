import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { aGithubServer } from '../forge/github-server.js'
import { aDefinition, aFolder, aProject, flows, writeFiles } from '../helpers/cli.js'

const COMMIT = '1'.repeat(40)
const GITHUB = { GITHUB_REPOSITORY: 'acme/kyc', GITHUB_TOKEN: 'ghs_workflow' }

/** Asks the forge that a job runs for which plan was reviewed. */
async function ask(env: Readonly<Record<string, string>>) {
  const cwd = aFolder({ 'flows.config.yaml': 'project: acme-kyc\nenvironments:\n  local: {}\n' })
  return flows(['comment', '--reviewed', '--sha', COMMIT], { cwd, env })
}

describe('a command that needs pull requests', () => {
  test.each([
    ['outside of a CI job', {}, 64, 'this runs neither in GitHub Actions nor in GitLab CI'],
    ['where the repository is none', { ...GITHUB, GITHUB_REPOSITORY: 'acme' }, 64, 'is not of the form owner/name'],
    ['where GitLab names no project', { CI_COMMIT_SHA: COMMIT, GITLAB_TOKEN: 'x' }, 64, 'CI_PROJECT_ID is not set'],
    ['where the address is none', { ...GITHUB, GITHUB_API_URL: 'x' }, 64, 'GITHUB_API_URL'],
    ['without a token', { GITHUB_REPOSITORY: 'acme/kyc' }, 6, 'GITHUB_TOKEN is not set'],
    ['with what is not a token', { CI_PROJECT_ID: '42', GITLAB_TOKEN: 'a b' }, 6, 'GITLAB_TOKEN holds white space'],
  ])('says what is missing: %s', async (_, env, code, text) => {
    const asked = await ask(env)
    expect(asked.code).toBe(code)
    expect(asked.stderr).toContain(text)
  })

  test.each([
    ['GitHub', { GITHUB_REPOSITORY: 'acme/kyc' }, 'permissions: { pull-requests: read }'],
    ['GitLab', { CI_PROJECT_ID: '42' }, 'a project access token with the scope "read_api"'],
  ])('that only reads, without a token of %s, says how the job gets one that may do no more', async (_, env, text) => {
    const asked = await ask(env)
    expect(asked).toMatchObject({ code: 6, stderr: expect.stringContaining(text) })
  })

  test('fails where the forge lists more than is read, and says what to do', async () => {
    const github = await aGithubServer()
    const headers = { link: `<${github.origin}/more>; rel="next"` }
    const page = { matches: /pulls|more/, answer: { status: 200, body: [], headers } }
    github.faults.push(...Array.from({ length: 200 }, () => page))
    const asked = await ask({ ...GITHUB, GITHUB_API_URL: github.origin })
    expect(asked.code).toBe(1)
    expect(asked.stderr).toContain('GitHub lists more than 10,000 at /repos/acme/kyc/commits/')
    expect(asked.stderr).toContain('close the pull requests that nobody works on')
    expect(asked.stdout).toBe('')
  })
})

test('a plan of the base branch, made in a job for a pull request, is called after the commit that it was made of', async () => {
  const cwd = aProject({ a: aDefinition('A') })
  writeFiles(cwd, { '.gitignore': '.flows/\nplan.json\nout\nevent.json\n' })
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], { cwd, encoding: 'utf8' })
  git('init', '--quiet', '--initial-branch', 'main')
  git('add', '.')
  git('commit', '--quiet', '-m', 'first')
  const base = git('rev-parse', 'HEAD').trim()
  writeFiles(cwd, { 'event.json': JSON.stringify({ pull_request: { number: 12, head: { sha: COMMIT } } }) })
  const env = {
    ...GITHUB,
    GITHUB_EVENT_NAME: 'pull_request_target',
    GITHUB_SHA: base,
    GITHUB_REF: 'refs/heads/main',
    GITHUB_EVENT_PATH: `${cwd}/event.json`,
    GITHUB_OUTPUT: `${cwd}/out`,
  }
  await flows(['plan', '--out', 'plan.json'], { cwd, env })
  expect(JSON.parse(readFileSync(`${cwd}/plan.json`, 'utf8'))).toMatchObject({ source: { commit: base } })
  expect(readFileSync(`${cwd}/out`, 'utf8')).toContain(`artifact=flows-plan.acme-kyc.local.${base}\n`)
  for (const plan of [['plan.json'], []]) {
    const { stdout } = await flows(['comment', ...plan, '--dry-run'], { cwd, env })
    expect(stdout).toContain(`"commit":"${base}"`)
    expect(stdout).not.toContain(COMMIT)
  }
})
