import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import type { main } from '../../src/cli/program/main.js'
import type { Terminal } from '../../src/cli/program/terminal.js'

/*
 * The built program, run in the process of the tests: starting Node and loading the program takes ten times as long as most
 * commands do. The command gets its folder, its environment and its standard streams as a process of its own would, and
 * everything is put back when it has ended.
 */

const CLI = resolve('dist/cli.js')

/** What Node reads once, when it starts: a command in a running process would get nothing of it. */
const AT_THE_START = ['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'NODE_TLS_REJECT_UNAUTHORIZED', 'NODE_DEBUG']

interface World {
  readonly cwd: string
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly input?: string | undefined
  /** Whether both streams are one, as after 2>&1: all of it is then on stdout. */
  readonly isMerged?: boolean
  /** In place of one over the standard streams. */
  readonly openTerminal?: () => Terminal
}

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

let last: Promise<unknown> = Promise.resolve()
let outside: Readonly<Record<string, string | undefined>> | undefined

/** Runs a command line once those before it have ended: a process has only one folder and one environment. */
export async function runHere(args: readonly string[], world: World): Promise<Outcome> {
  for (const name of AT_THE_START) {
    const value = world.env[name]
    if (value !== undefined && value !== environment()[name])
      throw new Error(`${name} needs a process of its own: flowsProcess()`)
  }
  const run = last.then(() => ranHere(args, world))
  last = run.catch(() => {})
  return run
}

/** The environment of the tests, also while a command runs in this process. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return outside ?? process.env
}

async function ranHere(
  args: readonly string[],
  { cwd, env, input = '', isMerged = false, openTerminal }: World,
): Promise<Outcome> {
  const program = await built()
  const stdout = new Printed()
  const stderr = isMerged ? stdout : new Printed()
  const streams = { stdin: Readable.from(input === '' ? [] : [input]), stdout, stderr }
  const putBack = [inFolder(cwd), inEnvironment(env), withStreams(streams), withoutNewListeners()]
  const { exitCode } = process
  try {
    const code = await program.main(args, openTerminal)
    return { code, stdout: stdout.text(), stderr: isMerged ? '' : stderr.text() }
  } finally {
    process.exitCode = exitCode
    for (const put of putBack.reverse()) put()
  }
}

/** What dist/cli.js loads for all but --version. */
function built(): Promise<{ readonly main: typeof main }> {
  const chunk = /import\("(\.\/chunks\/main-[^"]+)"\)/.exec(readFileSync(CLI, 'utf8'))?.[1]
  if (chunk === undefined) throw new Error(`${CLI} loads no main program`)
  return import(/* @vite-ignore */ pathToFileURL(join(dirname(CLI), chunk)).href)
}

class Printed extends Writable {
  readonly #chunks: Buffer[] = []

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk)
    done()
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8')
  }
}

function inFolder(folder: string): () => void {
  const before = process.cwd()
  process.chdir(folder)
  return () => process.chdir(before)
}

function inEnvironment(env: World['env']): () => void {
  const before = { ...process.env }
  outside = before
  put(env)
  return () => {
    put(before)
    outside = undefined
  }
}

function put(env: World['env']): void {
  for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name]
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value !== process.env[name]) process.env[name] = value
  }
}

function withStreams(streams: Readonly<Record<'stdin' | 'stdout' | 'stderr', Readable | Writable>>): () => void {
  const names = Object.keys(streams) as (keyof typeof streams)[]
  const before = names.map((name) => [name, Object.getOwnPropertyDescriptor(process, name) ?? {}] as const)
  for (const name of names) Object.defineProperty(process, name, { configurable: true, value: streams[name] })
  return () => {
    for (const [name, descriptor] of before) Object.defineProperty(process, name, descriptor)
  }
}

/** Those that a command leaves are of a process that would end now. */
function withoutNewListeners(): () => void {
  const before = new Map(process.eventNames().map((name) => [name, process.rawListeners(name as 'exit')]))
  return () => {
    for (const name of process.eventNames()) {
      for (const listener of process.rawListeners(name as 'exit')) {
        if (!before.get(name)?.includes(listener)) process.off(name, listener as () => void)
      }
    }
  }
}
