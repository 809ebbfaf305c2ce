import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { gitCommit } from '../../src/cli/git.js'
import { aFolder } from '../helpers/cli.js'

function aRepository(): { root: string; commit: string } {
  const root = aFolder({ 'a.txt': 'a' })
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], { cwd: root })
  git('init', '--quiet', '--initial-branch', 'main')
  git('add', '.')
  git('commit', '--quiet', '-m', 'first')
  return { root, commit: git('rev-parse', 'HEAD').toString().trim() }
}

describe('the commit that a folder stands at', () => {
  test('is told with its branch, and whether all is committed', async () => {
    const { root, commit } = aRepository()
    expect(await gitCommit(root)).toEqual({ commit, branch: 'main', dirty: false })
    writeFileSync(join(root, 'b.txt'), 'b')
    expect(await gitCommit(root)).toEqual({ commit, branch: 'main', dirty: true })
  })

  test('is none outside of git', async () => {
    expect(await gitCommit(aFolder())).toBeNull()
  })

  test.each([
    ['lists more changes than anybody reads', 'yes "?? one-more-file" | head -c 40000000'],
    ['cannot say what changed', 'exit 128'],
  ])('is kept where git %s: then not all is taken to be committed', async (_, answer) => {
    const { root, commit } = aRepository()
    const git = execFileSync('sh', ['-c', 'command -v git']).toString().trim()
    const bin = aFolder({ git: `#!/bin/sh\ncase "$*" in *status*) ${answer};; *) exec ${git} "$@";; esac\n` })
    chmodSync(join(bin, 'git'), 0o755)
    vi.stubEnv('PATH', `${bin}${delimiter}${process.env.PATH}`)
    expect(await gitCommit(root).finally(() => vi.unstubAllEnvs())).toEqual({ commit, branch: 'main', dirty: true })
  })
})
