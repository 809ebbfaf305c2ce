import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { aGithubServer } from '../forge/github-server.js'
import { aDefinition, aFolder, flows, writeFiles } from '../helpers/cli.js'

const CONFIG = `project: acme-kyc
environments:
  local:
    guards: { weaken: block }
    approvals: { weaken: 2 }
`
const selfie = (isRequired: boolean) =>
  aDefinition('A', `options: { document: { require_matching_selfie: ${isRequired} } }\n`)

/** A repository at GitHub in which a pull request weakens the verification, and its job. */
async function aWeakening() {
  const server = await aGithubServer()
  const cwd = aFolder({ 'flows.config.yaml': CONFIG, 'flows/a.yaml': selfie(true), '.gitignore': '.flows/\n' })
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], { cwd })
      .toString()
      .trim()
  const commit = (message: string) => {
    git('add', '.')
    git('commit', '--quiet', '--allow-empty', '-m', message)
    return git('rev-parse', 'HEAD')
  }
  git('init', '--quiet', '--initial-branch', 'main')
  commit('first')
  expect(await flows(['apply', '--yes'], { cwd })).toMatchObject({ code: 0 })
  git('switch', '--quiet', '--create', 'edit')
  writeFiles(cwd, { 'flows/a.yaml': selfie(false) })
  const head = commit('weaker')
  const pull = server.open({ branch: 'edit', commits: [head] })
  const env = {
    GITHUB_ACTIONS: 'true',
    GITHUB_API_URL: server.origin,
    GITHUB_REPOSITORY: server.repository,
    GITHUB_TOKEN: 'ghs_workflow',
  }
  const approve = (login: string) =>
    server.reviews.push({
      pull: pull.number,
      login,
      type: 'User',
      state: 'APPROVED',
      commit_id: pull.head.sha,
      association: 'MEMBER',
    })
  const run = (...args: string[]) => flows(args, { cwd, env })
  const merge = () => {
    git('switch', '--quiet', 'main')
    git('merge', '--quiet', '--no-ff', '--no-edit', 'edit')
    server.merge(pull, git('rev-parse', 'HEAD'))
  }
  return { cwd, server, pull, approve, run, merge, commit, env }
}

test('a change that asks for two people is planned, and applied once both approved the commit that was merged', async () => {
  const { run, approve, merge } = await aWeakening()
  const planned = await run('plan')
  expect(planned.code).toBe(0)
  expect(planned.stdout).toMatch(/weaken.* 2 people must have approved the commit/s)
  approve('adam')
  merge()
  const one = await run('apply', '--yes')
  expect(one.code).toBe(5)
  expect(one.stderr).toMatch(/1 of 2 did \(adam\)/)
  expect(one.stderr).toContain('hint  have the pull request approved')
  expect(await run('apply', '--yes', '--allow', 'weaken')).toMatchObject({ code: 5 })
  approve('zoe')
  expect(await run('apply', '--yes')).toMatchObject({ code: 0 })
  expect(await run('plan', '--detailed-exitcode')).toMatchObject({ code: 0 })
})

test('an approval of an earlier commit does not count, nor does a commit that is in no pull request', async () => {
  const { server, run, approve, pull, merge, commit, cwd } = await aWeakening()
  approve('adam')
  approve('zoe')
  writeFiles(cwd, { 'flows/b.yaml': aDefinition('B') })
  server.push(pull, commit('more'))
  expect(await run('apply', '--yes')).toMatchObject({ code: 5, stderr: expect.stringContaining('nobody has') })
  merge()
  expect(await run('apply', '--yes')).toMatchObject({ code: 5, stderr: expect.stringContaining('nobody has') })
  commit('straight to main')
  approve('adam')
  approve('zoe')
  expect(await run('apply', '--yes')).toMatchObject({ code: 5, stderr: expect.stringContaining('nobody has') })
})

test('a saved plan is held to the commit of the definitions here, not to the one that it names', async () => {
  const { run, approve, merge, cwd } = await aWeakening()
  const plan = join(cwd, '.flows', 'plan.json')
  expect(await run('plan', '--out', plan)).toMatchObject({ code: 0 })
  approve('adam')
  approve('zoe')
  merge()
  const bare = await run('apply', plan)
  expect(bare).toMatchObject({ code: 1, stderr: expect.stringContaining('--check-definitions') })
  expect(await run('apply', plan, '--check-definitions')).toMatchObject({ code: 0 })
})

test('without a forge to ask, or with files that are not committed, nothing is written', async () => {
  const { run, approve, cwd } = await aWeakening()
  approve('adam')
  approve('zoe')
  const outside = await flows(['apply', '--yes'], { cwd })
  expect(outside).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('neither in GitHub Actions nor in GitLab CI'),
  })
  writeFiles(cwd, { 'flows/a.yaml': `${selfie(false)}description: more\n` })
  const dirty = await run('apply', '--yes')
  expect(dirty).toMatchObject({ code: 1, stderr: expect.stringContaining('not as committed') })
  // Nor with one that git was told to pass over.
  execFileSync('git', ['update-index', '--assume-unchanged', 'flows/a.yaml'], { cwd })
  expect(execFileSync('git', ['status', '--porcelain', 'flows'], { cwd }).toString()).toBe('')
  expect(await run('apply', '--yes')).toMatchObject({ code: 1, stderr: expect.stringContaining('not as committed') })
  expect((await run('list', '--json')).stdout).toContain('"require_matching_selfie": true')
})
