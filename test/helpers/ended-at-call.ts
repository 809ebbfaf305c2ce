import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect } from 'vitest'
import { aFolder, flows, type Run } from './cli.js'

interface Counted {
  readonly cwd: string
  /** Counts what changes files whose path holds this; else the calls of SQLite. */
  readonly filesBelow?: string
  readonly env?: Readonly<Record<string, string>>
}

const NODE_OPTIONS = `--import=${resolve('test/helpers/ended-at-call.mjs')}`

/** Runs a command line undisturbed, and answers with how many calls it took. */
export async function callsOf(args: readonly string[], options: Counted): Promise<number> {
  const calls = join(aFolder(), 'calls')
  expect(await counted(args, options, { CALLS: calls })).toMatchObject({ code: 0 })
  return Number(readFileSync(calls, 'utf8'))
}

/** Runs a command line that ends like a crash before its nth call: the same one, however busy the machine is. */
export async function endedAtCall(n: number, args: readonly string[], options: Counted): Promise<void> {
  expect(await counted(args, options, { AT_CALL: String(n) })).toMatchObject({ signal: 'SIGKILL' })
}

function counted(args: readonly string[], options: Counted, more: Readonly<Record<string, string>>): Promise<Run> {
  const { cwd, filesBelow, env } = options
  return flows(args, {
    cwd,
    env: { ...env, NODE_OPTIONS, ...(filesBelow !== undefined && { FILES_BELOW: filesBelow }), ...more },
  })
}

/** So many of the calls 1 to `calls`, evenly spread, and the last ones, where a transaction or a file is finished. */
export function someOf(calls: number, count: number): number[] {
  const spread = Array.from({ length: count }, (_, index) => 1 + Math.floor((index * calls) / count))
  return [...new Set([...spread, calls - 2, calls - 1, calls])].filter((call) => call > 0)
}
