import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

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

/** Runs git in a folder, as somebody, and answers with what it printed. */
export async function git(cwd: string, ...args: string[]): Promise<string> {
  return (await run(cwd, ['git', '-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args])).trim()
}
