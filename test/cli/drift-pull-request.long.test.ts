import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { driftPullRequest } from '../../src/app/review/drift-pull-request.js'
import { forges } from '../forge/forges.js'
import { aFolder, writeFiles } from '../helpers/cli.js'

const BRANCH = 'flows/drift/acme-kyc/live'
const LIVE = { project: 'acme-kyc', environment: 'live' }
const TEXT = { title: 'Take over what was edited in live', body: 'Edited outside git.' }

/** A clone with a remote of its own, and a change in its definitions that is not committed. */
function aClone() {
  const remote = aFolder()
  const root = aFolder({ 'flows/a.yaml': 'name: A\n', 'other.txt': 'other\n' })
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], { cwd: root })
      .toString()
      .trim()
  execFileSync('git', ['init', '--quiet', '--bare', remote])
  git('init', '--quiet', '--initial-branch', 'main')
  git('add', '.')
  git('commit', '--quiet', '-m', 'first')
  git('remote', 'add', 'origin', remote)
  git('push', '--quiet', 'origin', 'main')
  writeFiles(root, { 'flows/a.yaml': 'name: B\n', 'flows/b.yaml': 'name: New\n', 'other.txt': 'mine\n' })
  return { root, remote, git, tip: () => git('ls-remote', 'origin', `refs/heads/${BRANCH}`).slice(0, 40) }
}

const [{ at }] = forges as [(typeof forges)[number]]

describe('a pull request of drift', () => {
  test('holds the pulled definitions and nothing else, and leaves the checkout as it is', async () => {
    const { forge } = await at()
    const { root, git, tip } = aClone()
    const before = [git('status', '--porcelain'), git('rev-parse', 'HEAD'), git('branch')]
    const options = { forge: forge(), root, files: ['flows'], ...LIVE, ...TEXT }
    const opened = await driftPullRequest(options)
    expect(opened).toMatchObject({ status: 'opened', branch: BRANCH, number: 1 })
    expect(await forge().pullRequest(1)).toMatchObject({ ...TEXT, base: 'main', head: { branch: BRANCH } })
    expect(git('diff', '--name-only', 'main', tip()).split('\n')).toEqual(['flows/a.yaml', 'flows/b.yaml'])
    expect([git('status', '--porcelain'), git('rev-parse', 'HEAD'), git('branch')]).toEqual(before)
  })

  test('is merged into the branch that is checked out, also where a tag has its name', async () => {
    const { forge } = await at()
    const { root, git } = aClone()
    git('tag', 'main')
    git('tag', BRANCH)
    await driftPullRequest({ forge: forge(), root, files: ['flows'], ...LIVE, ...TEXT })
    expect(await forge().pullRequest(1)).toMatchObject({ base: 'main', head: { branch: BRANCH } })
  })

  test('is the same one when the job runs again, brought up to date when there is more', async () => {
    const { forge } = await at()
    const { root, tip } = aClone()
    const options = { forge: forge(), root, files: ['flows'], ...LIVE, ...TEXT }
    await driftPullRequest(options)
    const first = tip()
    expect(await driftPullRequest(options)).toMatchObject({ status: 'unchanged', number: 1 })
    expect(tip()).toBe(first)
    writeFileSync(join(root, 'flows/a.yaml'), 'name: C\n')
    expect(await driftPullRequest({ ...options, body: 'More.' })).toMatchObject({ status: 'updated', number: 1 })
    expect(tip()).not.toBe(first)
    expect(await forge().pullRequest(1)).toMatchObject({ body: 'More.' })
  })

  test('is one for each project and environment of a repository', async () => {
    const { forge } = await at()
    const { root, git } = aClone()
    const options = { forge: forge(), root, files: ['flows'], ...TEXT }
    // With a hyphen between them the last two would share a branch.
    const all = [
      ['acme-kyc', 'live'],
      ['acme', 'live'],
      ['acme', 'kyc-live'],
    ] as const
    for (const [project, environment] of all) {
      const opened = await driftPullRequest({ ...options, project, environment })
      expect(opened).toMatchObject({ status: 'opened', branch: `flows/drift/${project}/${environment}` })
    }
    expect(git('ls-remote', 'origin', 'refs/heads/flows/drift/*').split('\n')).toHaveLength(all.length)
    for (const [project, environment] of all) {
      expect(await driftPullRequest({ ...options, project, environment })).toMatchObject({ status: 'unchanged' })
    }
  })

  test('writes nothing over a commit that another project made', async () => {
    const { forge } = await at()
    const { root, git, tip } = aClone()
    const options = { forge: forge(), root, files: ['flows'], environment: 'live', ...TEXT }
    await driftPullRequest({ ...options, project: 'other' })
    git('fetch', '--quiet', 'origin', 'flows/drift/other/live')
    git('push', '--quiet', 'origin', `FETCH_HEAD:refs/heads/${BRANCH}`)
    const before = tip()
    expect(await driftPullRequest({ ...options, project: 'acme-kyc' })).toMatchObject({ status: 'edited' })
    expect(tip()).toBe(before)
  })

  test('writes nothing over the commits of somebody else', async () => {
    const { forge } = await at()
    const { root, git, tip } = aClone()
    git('push', '--quiet', 'origin', `main:refs/heads/${BRANCH}`)
    const before = tip()
    const options = { forge: forge(), root, files: ['flows'], ...LIVE, ...TEXT }
    expect(await driftPullRequest(options)).toMatchObject({ status: 'edited', number: null })
    expect(tip()).toBe(before)
  })

  test('writes nothing over its own commit once somebody amended it, or put it on commits of their own', async () => {
    for (const take of [
      (git: ReturnType<typeof aClone>['git']) => git('commit', '--quiet', '--all', '--amend', '--no-edit'),
      (git: ReturnType<typeof aClone>['git']) => {
        git('reset', '--quiet', '--hard', 'main')
        git('commit', '--quiet', '--allow-empty', '-m', 'mine')
        git('cherry-pick', 'FETCH_HEAD')
      },
    ]) {
      const { forge } = await at()
      const { root, git, tip } = aClone()
      const options = { forge: forge(), root, files: ['flows'], ...LIVE, ...TEXT }
      await driftPullRequest(options)
      const made = tip()
      git('fetch', '--quiet', 'origin', BRANCH)
      git('stash', '--quiet', '--include-untracked')
      git('switch', '--quiet', '--detach', 'FETCH_HEAD')
      writeFileSync(join(root, 'flows/a.yaml'), 'name: By hand\n')
      take(git)
      git('push', '--quiet', '--force', 'origin', `HEAD:refs/heads/${BRANCH}`)
      const theirs = tip()
      expect(theirs).not.toBe(made)
      git('switch', '--quiet', 'main')
      git('stash', 'pop', '--quiet')
      expect(await driftPullRequest(options)).toMatchObject({ status: 'edited', number: null })
      expect(tip()).toBe(theirs)
    }
  })

  test('is none where no definition differs', async () => {
    const { forge } = await at()
    const { root, git, tip } = aClone()
    git('clean', '--quiet', '--force', 'flows')
    git('checkout', '--quiet', '--', 'flows')
    for (const files of [['flows'], []]) {
      const options = { forge: forge(), root, files, ...LIVE, ...TEXT }
      expect(await driftPullRequest(options)).toMatchObject({ status: 'nothing' })
    }
    expect(tip()).toBe('')
  })

  test('shows no token of a remote that cannot be reached', async () => {
    const { forge } = await at()
    const { root, git } = aClone()
    git('remote', 'set-url', 'origin', 'http://oauth2:glpat-secret@127.0.0.1:1/kyc.git')
    const options = { forge: forge(), root, files: ['flows'], ...LIVE, ...TEXT }
    const failure = await driftPullRequest(options).catch((error) => error)
    expect(failure).toMatchObject({ code: 'git_failed' })
    expect(failure.message).not.toContain('glpat-secret')
  })
})
