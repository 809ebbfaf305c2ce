import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'

const execute = promisify(execFile)

/** An empty folder on the disk, which holds more than the one in memory; gone when the test has finished. */
export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'flows-install-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A package of somebody's own, with nothing in it yet. */
export function anApp(more: object = {}): string {
  const app = aFolder()
  writeFileSync(
    join(app, 'package.json'),
    `${JSON.stringify({ name: 'app', version: '1.0.0', private: true, ...more })}\n`,
  )
  return app
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Runs a program to its end, without what npm has said to this run, and answers with its stdout; fails with all that it said. */
export async function run(cwd: string, [file, ...args]: readonly [string, ...string[]], env: Environment = {}) {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|NODE_ENV)/.test(name)),
  )
  try {
    const { stdout } = await execute(file, args, { cwd, env: { ...clean, ...env }, maxBuffer: 2 ** 26 })
    return stdout
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    throw new Error([file, ...args, stdout, stderr].join('\n'), { cause: error })
  }
}

/** A repository with one commit: this one, as it stands in this folder. */
export async function aCopyOfThisRepository(): Promise<string> {
  const repository = aFolder()
  const listed = await run('.', ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'])
  for (const file of listed.split('\0').filter((name) => name !== '')) {
    mkdirSync(dirname(join(repository, file)), { recursive: true })
    cpSync(file, join(repository, file), { force: true })
  }
  await commitAll(repository)
  return repository
}

/** Makes a repository of a folder. */
export async function commitAll(folder: string): Promise<string> {
  const git = (...args: string[]) =>
    run(folder, ['git', '-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args])
  await git('init', '--quiet')
  await git('add', '--all')
  await git('commit', '--quiet', '-m', 'All')
  return (await git('rev-parse', 'HEAD')).trim()
}
