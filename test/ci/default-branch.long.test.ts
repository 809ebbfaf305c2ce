import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { defaultBranch } from '../../src/ci/default-branch.js'
import { aFolder, flows } from '../helpers/cli.js'

/** No setting of this machine, and the one that a user may have. */
function settings(text = ''): Record<string, string> {
  return { GIT_CONFIG_GLOBAL: join(aFolder({ gitconfig: text }), 'gitconfig'), GIT_CONFIG_NOSYSTEM: '1' }
}

function aRepository(branch: string, commits = true) {
  const folder = aFolder()
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], {
      cwd: folder,
      env: { ...process.env, ...settings() },
      stdio: 'pipe',
    })
  git('init', '--quiet', '--initial-branch', branch)
  if (commits) git('commit', '--quiet', '--allow-empty', '-m', 'Start')
  return { folder, git }
}

function branchIn(folder: string, config = ''): Promise<string> {
  for (const [name, value] of Object.entries(settings(config))) vi.stubEnv(name, value)
  return defaultBranch(folder).finally(() => vi.unstubAllEnvs())
}

describe('the default branch of a repository', () => {
  test('is the one that the remote named when it was cloned, whatever is checked out', async () => {
    const { folder } = aRepository('trunk')
    const clone = aFolder()
    execFileSync('git', ['clone', '--quiet', folder, clone])
    for (const args of [
      ['checkout', '--quiet', '-b', 'add-flows'],
      ['branch', 'main'],
      ['remote', 'rename', 'origin', 'up'],
      ['tag', 'up/trunk'],
    ]) {
      execFileSync('git', args, { cwd: clone })
      expect(await branchIn(clone)).toBe('trunk')
    }
  })

  test('is main or master, where one of them is there and another branch is checked out', async () => {
    for (const name of ['main', 'master']) {
      const { folder, git } = aRepository(name)
      git('checkout', '--quiet', '-b', 'add-flows')
      expect(await branchIn(folder)).toBe(name)
    }
  })

  test('is the branch of a new repository, and without a repository what git would call it', async () => {
    expect(await branchIn(aRepository('master', false).folder)).toBe('master')
    const { folder, git } = aRepository('trunk')
    expect(await branchIn(folder)).toBe('trunk')
    git('tag', 'trunk')
    expect(await branchIn(folder)).toBe('trunk')
    expect(await branchIn(aFolder())).toBe('main')
    expect(await branchIn(aFolder(), '[init]\ndefaultBranch = trunk\n')).toBe('trunk')
  })
})

test('flows init writes jobs for the default branch, also into a folder that it makes, and says which', async () => {
  const { folder } = aRepository('master')
  const api = ['--api', 'https://flows.example.com']
  const { code, stderr } = await flows(['init', 'kyc', '--project', 'kyc', ...api], { cwd: folder })
  expect(code).toBe(0)
  expect(stderr).toContain('The jobs apply what is merged into the branch master.')
  expect(readFileSync(join(folder, '.github/workflows/flows-kyc.yaml'), 'utf8')).toContain('branches: [master]')
})
