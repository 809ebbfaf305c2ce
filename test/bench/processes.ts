import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Ended {
  /** Wall time in milliseconds. */
  readonly elapsed: number
  /** The most memory that it held, in bytes. */
  readonly peak: number
  readonly stdout: string
}

export interface Started {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** By default the Node that runs this. */
  readonly node?: string | undefined
}

/** Runs one process of Node to its end. Rejects if it fails. */
export async function run(
  args: readonly string[],
  { cwd, env, node = process.execPath }: Started = {},
): Promise<Ended> {
  const started = performance.now()
  const child = spawn(node, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk) => {
      texts[name] += chunk
    })
  }
  const code = await new Promise((done) => child.once('close', done))
  const elapsed = performance.now() - started
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${texts.stderr.slice(-500)}`)
  return { elapsed, peak: 0, stdout: texts.stdout }
}

/** Wall time of one process, in milliseconds. */
export async function time(args: readonly string[], how?: Started): Promise<number> {
  return (await run(args, how)).elapsed
}

/** Like `run`, with the most memory that the process held, which it says itself at its end. */
export async function weigh(args: readonly string[], how: Started = {}): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'flows-memory-'))
  try {
    const [hook, peak] = [join(folder, 'hook.cjs'), join(folder, 'peak')]
    const write =
      'require("node:fs").writeFileSync(process.env.FLOWS_BENCH_PEAK, String(process.resourceUsage().maxRSS))'
    writeFileSync(hook, `process.on('exit', () => ${write})`)
    const env = { ...(how.env ?? process.env), FLOWS_BENCH_PEAK: peak }
    const ended = await run(['--require', hook, ...args], { ...how, env })
    return { ...ended, peak: Number(readFileSync(peak, 'utf8')) * 1024 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
