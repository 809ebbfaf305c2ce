import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { commitInfo, trustCommand } from '../../src/ci/commit-info.js'
import { aFolder } from '../helpers/cli.js'

const FILES = ['flows.config.yaml', 'flows']

function aRepository(): { root: string; commit: string; git(...args: string[]): string } {
  const root = aFolder({ 'flows.config.yaml': 'project: a\n', 'flows/a.yaml': 'name: A\n' })
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], { cwd: root })
      .toString()
      .trim()
  git('init', '--quiet', '--initial-branch', 'main')
  git('add', '.')
  git('commit', '--quiet', '-m', 'first')
  return { root, commit: git('rev-parse', 'HEAD'), git }
}

const infoOf = (root: string, env: Readonly<Record<string, string>> = {}) => commitInfo({ root, files: FILES, env })

const OTHER = 'e'.repeat(40)

describe('the commit that definitions come from, as git tells it', () => {
  test('is told with its branch, and whether the definitions are committed: changed ones, and new ones', async () => {
    const { root, commit, git } = aRepository()
    expect(await infoOf(root)).toEqual({ commit, branch: 'main', dirty: false })
    git('tag', 'main')
    writeFileSync(join(root, 'plan.json'), '{}')
    expect(await infoOf(root)).toEqual({ commit, branch: 'main', dirty: false })
    git('config', 'status.showUntrackedFiles', 'no')
    writeFileSync(join(root, 'flows', 'b.yaml'), 'name: B\n')
    expect(await infoOf(root)).toEqual({ commit, branch: 'main', dirty: true })
    git('add', '.')
    git('commit', '--quiet', '-m', 'second')
    writeFileSync(join(root, 'flows.config.yaml'), 'project: b\n')
    expect(await infoOf(root)).toMatchObject({ dirty: true })
  })

  test.each<[string, (at: ReturnType<typeof aRepository>) => void]>([
    [
      'is ignored',
      ({ root }) => {
        writeFileSync(join(root, '.git/info/exclude'), 'flows/ignored.yaml\n')
        writeFileSync(join(root, 'flows/ignored.yaml'), 'name: I\n')
      },
    ],
    [
      'is ignored by .gitignore',
      ({ root, git }) => {
        writeFileSync(join(root, '.gitignore'), 'flows/ignored.yaml\n')
        git('add', '.')
        git('commit', '--quiet', '-m', 'ignores')
        writeFileSync(join(root, 'flows/ignored.yaml'), 'name: I\n')
      },
    ],
    ...['--assume-unchanged', '--skip-worktree'].map((mark): [string, (at: ReturnType<typeof aRepository>) => void] => [
      `is marked ${mark}, and says something else`,
      ({ root, git }) => {
        git('update-index', mark, 'flows/a.yaml')
        writeFileSync(join(root, 'flows/a.yaml'), 'name: B\n')
      },
    ]),
    [
      'is left out by a sparse checkout',
      ({ root, git }) => {
        git('update-index', '--skip-worktree', 'flows/a.yaml')
        rmSync(join(root, 'flows/a.yaml'))
      },
    ],
    [
      'is a link that is committed, to a file that is not',
      ({ root, git }) => {
        writeFileSync(join(root, '.git/info/exclude'), 'shared\n')
        mkdirSync(join(root, 'shared'))
        writeFileSync(join(root, 'shared/l.yaml'), 'name: L\n')
        symlinkSync('../shared/l.yaml', join(root, 'flows/l.yaml'))
        git('add', 'flows')
        git('commit', '--quiet', '-m', 'link')
      },
    ],
  ])('with a file that %s, not all is committed, though git lists no change', async (_, change) => {
    const at = aRepository()
    change(at)
    expect(at.git('status', '--porcelain')).toBe('')
    const { root } = at
    const read = ['flows.config.yaml', ...readdirSync(join(root, 'flows')).map((name) => `flows/${name}`)]
    expect(await commitInfo({ root, files: FILES, read, env: {} })).toMatchObject({ dirty: true })
  })

  test('is all committed with the line ends of another system, filtered files, and links to what is committed', async () => {
    const { root, git } = aRepository()
    writeFileSync(join(root, 'flows/w.yaml'), 'name: W\ntype: document\n')
    writeFileSync(join(root, 'flows/u.yaml'), Buffer.from('name: U\n', 'utf16le'))
    writeFileSync(
      join(root, '.gitattributes'),
      'flows/w.yaml text eol=crlf\nflows/u.yaml working-tree-encoding=UTF-16LE\n',
    )
    mkdirSync(join(root, 'shared'))
    writeFileSync(join(root, 'shared/l.yaml'), 'name: L\n')
    symlinkSync('../shared/l.yaml', join(root, 'flows/l.yaml'))
    git('add', '.')
    git('commit', '--quiet', '-m', 'more')
    rmSync(join(root, 'flows/w.yaml'))
    git('checkout', 'flows/w.yaml')
    expect(readFileSync(join(root, 'flows/w.yaml'), 'utf8')).toBe('name: W\r\ntype: document\r\n')
    const read = ['flows.config.yaml', 'flows/a.yaml', 'flows/w.yaml', 'flows/u.yaml', 'flows/l.yaml']
    expect(await commitInfo({ root, files: FILES, read, env: {} })).toMatchObject({ dirty: false })
    // In a folder of the repository, paths are those of the folder.
    const below = join(root, 'flows')
    const there = { root: below, files: ['.'], env: {} }
    expect(await commitInfo({ ...there, read: ['a.yaml', 'w.yaml'] })).toMatchObject({ dirty: false })
    writeFileSync(join(root, 'shared/l.yaml'), 'name: M\n')
    expect(await commitInfo({ root, files: FILES, read, env: {} })).toMatchObject({ dirty: true })
  })

  test('is none outside of git', async () => {
    expect(await infoOf(aFolder())).toBeNull()
  })

  test.each([
    ['lists more changes than anybody reads: not all is committed', 'yes "?? one-more-file" | head -c 40000000', true],
    ['cannot say what changed: whether all is committed is not known', 'exit 128', null],
  ])('is kept where git %s', async (_, answer, dirty) => {
    const { root, commit } = aRepository()
    const git = execFileSync('sh', ['-c', 'command -v git']).toString().trim()
    const bin = aFolder({ git: `#!/bin/sh\ncase "$*" in *status*) ${answer};; *) exec ${git} "$@";; esac\n` })
    chmodSync(join(bin, 'git'), 0o755)
    vi.stubEnv('PATH', `${bin}${delimiter}${process.env.PATH}`)
    expect(await infoOf(root).finally(() => vi.unstubAllEnvs())).toEqual({ commit, branch: 'main', dirty })
  })

  test('is not known where git does not trust the folder, as in container jobs, and the mend is told', async () => {
    const { root, commit } = aRepository()
    writeFileSync(join(root, 'flows/a.yaml'), 'name: changed\n')
    // The variable makes git take every folder for somebody else's.
    vi.stubEnv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1')
    const folders: string[] = []
    const ask = (env: Readonly<Record<string, string>>) =>
      commitInfo({ root, files: FILES, env, onUntrusted: (folder) => void folders.push(folder) })
    const known = { GITHUB_REPOSITORY: 'acme/flows', GITHUB_SHA: commit, GITHUB_REF: 'refs/heads/main' }
    const answers = [await ask({}), await ask({ ...known, GITHUB_REF_NAME: 'main' })]
    vi.unstubAllEnvs()
    expect(answers).toEqual([null, { commit, branch: 'main', dirty: null }])
    expect(folders).toEqual([realpathSync(root), realpathSync(root)])
    expect(trustCommand('/repo')).toBe('git config --global --add safe.directory /repo')
    expect(trustCommand("/it's here")).toBe("git config --global --add safe.directory '/it'\\''s here'")
  })
})

describe('the commit that definitions come from, as a job of GitHub Actions tells it', () => {
  const job = (more: Readonly<Record<string, string>>) => ({
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'acme/flows',
    GITHUB_RUN_ID: '4711',
    ...more,
  })
  const repository = 'https://github.com/acme/flows'
  const run = `${repository}/actions/runs/4711`

  test('is the head of the pull request, not the merge that is checked out for the run', async () => {
    const { root, commit, git } = aRepository()
    git('checkout', '--quiet', '--detach')
    const event = aFolder({ 'event.json': JSON.stringify({ number: 12, pull_request: { head: { sha: OTHER } } }) })
    const env = job({
      GITHUB_SHA: commit,
      GITHUB_REF: 'refs/pull/12/merge',
      GITHUB_REF_NAME: '12/merge',
      GITHUB_HEAD_REF: 'stricter',
      GITHUB_EVENT_PATH: join(event, 'event.json'),
    })
    const expected = { commit: OTHER, branch: 'stricter', dirty: false, repository, pull_request: 12, run }
    expect(await infoOf(root, env)).toEqual(expected)
    expect(await infoOf(aFolder(), env), 'without git').toEqual({ ...expected, dirty: null })
  })

  test('is the pushed one, with its branch; a tag is no branch', async () => {
    const { root, commit, git } = aRepository()
    git('checkout', '--quiet', '--detach')
    const pushed = job({ GITHUB_SHA: commit, GITHUB_REF: 'refs/heads/main', GITHUB_REF_NAME: 'main' })
    expect(await infoOf(root, pushed)).toEqual({ commit, branch: 'main', dirty: false, repository, run })
    const tagged = job({ GITHUB_SHA: commit, GITHUB_REF: 'refs/tags/v1', GITHUB_REF_NAME: 'v1' })
    expect(await infoOf(root, tagged)).toMatchObject({ commit, branch: null })
  })

  test('is that of git where the job is about another commit than the one that is checked out', async () => {
    const { root, commit } = aRepository()
    const env = job({ GITHUB_SHA: OTHER, GITHUB_REF: 'refs/pull/12/merge', GITHUB_HEAD_REF: 'other' })
    expect(await infoOf(root, env)).toEqual({ commit, branch: 'main', dirty: false, run })
  })

  test('is the checked out one of the base, where a job for a pull request of a fork runs on that', async () => {
    const { root, commit } = aRepository()
    const event = aFolder({ 'event.json': JSON.stringify({ pull_request: { number: 12, head: { sha: OTHER } } }) })
    const env = job({
      GITHUB_EVENT_NAME: 'pull_request_target',
      GITHUB_SHA: commit,
      GITHUB_REF: 'refs/heads/main',
      GITHUB_REF_NAME: 'main',
      GITHUB_HEAD_REF: 'stricter',
      GITHUB_EVENT_PATH: join(event, 'event.json'),
    })
    expect(await infoOf(root, env)).toEqual({ commit, branch: 'main', dirty: false, run })
  })

  test.each([
    ['an event file that is not there', '/nowhere/event.json'],
    ['no event file', ''],
    ['an event file without an end', '/dev/zero'],
  ])('goes on with %s', async (_, file) => {
    const { root, commit } = aRepository()
    const env = job({ GITHUB_SHA: commit, GITHUB_REF: 'refs/pull/12/merge', GITHUB_EVENT_PATH: file })
    expect(await infoOf(root, env)).toMatchObject({ commit, pull_request: 12 })
  })
})

describe('the commit that definitions come from, as a job of GitLab tells it', () => {
  test('is the head of the merge request, with addresses that hold no token', async () => {
    const { root, commit, git } = aRepository()
    git('checkout', '--quiet', '--detach')
    const env = {
      CI_COMMIT_SHA: commit,
      CI_COMMIT_REF_NAME: 'stricter',
      CI_MERGE_REQUEST_IID: '7',
      CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: OTHER,
      CI_PROJECT_URL: 'https://gitlab-ci-token:glpat-canary@gitlab.example.com/acme/flows?private_token=canary',
      CI_JOB_URL: 'https://user:canary@gitlab.example.com/acme/flows/-/jobs/9',
    }
    const told = await infoOf(root, env)
    expect(told).toEqual({
      commit: OTHER,
      branch: 'stricter',
      dirty: false,
      repository: 'https://gitlab.example.com/acme/flows',
      pull_request: 7,
      run: 'https://gitlab.example.com/acme/flows/-/jobs/9',
    })
    expect(JSON.stringify(told)).not.toContain('canary')
  })

  test('leaves out what is no address, no number and no commit', async () => {
    const { root, commit } = aRepository()
    const env = {
      CI_COMMIT_SHA: commit,
      CI_MERGE_REQUEST_IID: 'seven',
      CI_PROJECT_URL: 'file:///etc/passwd',
      CI_JOB_URL: `https://gitlab.example.com/${'x'.repeat(3000)}`,
    }
    expect(await infoOf(root, env)).toEqual({ commit, branch: 'main', dirty: false })
    expect(await infoOf(aFolder(), { CI_COMMIT_SHA: 'not-a-commit' })).toBeNull()
  })
})
