import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { backend } from '../forge/git-backend.js'
import { git, run } from './run.js'

/** What all tests here install: made once, since each build takes as long as a test. */
export interface Release {
  readonly version: string
  /** What .ci/release-files.mjs makes. */
  readonly folder: string
  readonly tarball: string
  /** A bare repository: this one as it stands, in one commit, and the tag of the release. */
  readonly repository: string
  /** The same over HTTP, as package managers take it from git. */
  readonly address: string
  /** Packages of the package managers that are not npm. */
  readonly managers: string
}

declare module 'vitest' {
  export interface ProvidedContext {
    release: Release
  }
}

// As npm installs them.
const MANAGERS = ['pnpm@10.4.0', 'yarn@1.22.22', '@yarnpkg/cli-dist@4.6.0']

/** Makes a release of this repository, and what people install it with. */
export default async function setup(project: TestProject): Promise<() => void> {
  const scratch = mkdtempSync(join(tmpdir(), 'flows-install-'))
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  // Whoever needs it, too, says where it is to lie.
  const folder = process.env.FLOWS_TEST_RELEASE ?? join(scratch, 'release')
  const tarball = join(folder, `verification-flows-${version}.tgz`)
  const prefix = join(scratch, 'managers')
  mkdirSync(prefix)
  await run('.', ['node', '.ci/release-files.mjs', folder])
  await run(prefix, ['npm', 'install', '--no-save', '--no-package-lock', '--prefix', prefix, ...MANAGERS])

  const checkout = join(scratch, 'checkout')
  await copyTo(checkout)
  await git(checkout, 'tag', `v${version}`, await releaseCommit(checkout, tarball))
  const repository = join(scratch, 'git/verification-flows.git')
  await git(scratch, 'clone', '--quiet', '--bare', checkout, repository)
  const server = createServer((request, response) => backend(dirname(repository), request, response))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const address = `git+http://127.0.0.1:${port}/verification-flows.git`
  const managers = join(prefix, 'node_modules')
  project.provide('release', { version, folder, tarball, repository, address, managers })
  return () => {
    server.closeAllConnections()
    server.close()
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** As the workflow that releases makes it. */
async function releaseCommit(checkout: string, tarball: string): Promise<string> {
  const who = ['AUTHOR', 'COMMITTER'].flatMap((as) => [
    [`GIT_${as}_NAME`, 'A'],
    [`GIT_${as}_EMAIL`, 'a@example.com'],
  ])
  return (await run(checkout, ['node', '.ci/release-commit.mjs', tarball], Object.fromEntries(who))).trim()
}

/** The files of this repository, as they stand in this folder, in a repository with one commit. */
async function copyTo(repository: string): Promise<void> {
  const listed = await run('.', [
    'git',
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
    '--deduplicate',
  ])
  for (const file of listed.split('\0').filter((name) => name !== '')) {
    mkdirSync(dirname(join(repository, file)), { recursive: true })
    cpSync(file, join(repository, file), { force: true })
  }
  await git(repository, 'init', '--quiet')
  await git(repository, 'add', '--all')
  await git(repository, 'commit', '--quiet', '-m', 'All')
}
