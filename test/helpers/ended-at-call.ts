import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect } from 'vitest'
import { aFolder, flowsProcess, type Run } from './cli.js'

interface Counted {
  readonly cwd: string
  /** Counts what changes files whose path holds this; else the calls of SQLite. */
  readonly filesBelow?: string
  readonly env?: Readonly<Record<string, string>>
}

/** A copy of the working folder as it was before a call. */
export interface Moment {
  readonly call: number
  readonly cwd: string
}

const NODE_OPTIONS = `--import=${resolve('test/helpers/ended-at-call.mjs')}`

/**
 * Runs a command line once, undisturbed, and answers with what a process would leave that is killed before any of its
 * calls: of all calls that find another state than the one before.
 */
export async function momentsOf(
  args: readonly string[],
  options: Counted,
): Promise<{ calls: number; moments: Moment[] }> {
  const CALLS = join(aFolder(), 'calls')
  const MOMENTS = aFolder()
  expect(await counted(args, options, { CALLS, MOMENTS })).toMatchObject({ code: 0 })
  const calls = readdirSync(MOMENTS)
    .map(Number)
    .sort((a, b) => a - b)
  return {
    calls: Number(readFileSync(CALLS, 'utf8')),
    moments: calls.map((call) => ({ call, cwd: join(MOMENTS, String(call)) })),
  }
}

/** Runs a command line that ends like a crash before its nth call: the same one, however busy the machine is. */
export async function endedAtCall(n: number, args: readonly string[], options: Counted): Promise<void> {
  expect(await counted(args, options, { AT_CALL: String(n) })).toMatchObject({ signal: 'SIGKILL' })
}

function counted(args: readonly string[], options: Counted, more: Readonly<Record<string, string>>): Promise<Run> {
  const { cwd, filesBelow, env } = options
  return flowsProcess(args, {
    cwd,
    env: { ...env, NODE_OPTIONS, ...(filesBelow !== undefined && { FILES_BELOW: filesBelow }), ...more },
  })
}
