import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import { environment, runHere } from './in-process.js'

/** The built program: what users run. */
export const FLOWS = resolve('dist/flows.js')

export interface Run {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/**
 * Runs a command line to its end, without a terminal: the built program, in this process, one command at a time. For
 * several at once, signals, and what Node reads when it starts there is flowsProcess().
 */
export async function flows(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { cwd = process.cwd(), env, input } = options
  return { signal: null, ...(await runHere(args, { cwd, env: { ...cleanEnv(), ...env }, input })) }
}

/** Runs a command line to its end in a process of its own, without a terminal. */
export async function flowsProcess(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return ended(start(args, options), options.input)
}

export function start(args: readonly string[], { cwd, env }: RunOptions = {}): ChildProcess {
  return spawn(process.execPath, [FLOWS, ...args], { cwd, env: { ...cleanEnv(), ...env } })
}

/** Runs a command line on a terminal of its own (util-linux `script`); answer it through `stdin`. */
export function startOnTerminal(
  args: readonly string[],
  { cwd, env, columns }: RunOptions & { readonly columns?: number } = {},
): ChildProcess {
  const program = [process.execPath, FLOWS, ...args].map((arg) => `'${arg}'`).join(' ')
  const line = columns === undefined ? program : `stty cols ${columns} && ${program}`
  return spawn('script', ['-qefc', line, '/dev/null'], { cwd, env: { ...cleanEnv(), TERM: 'xterm', ...env } })
}

export async function ended(child: ChildProcess, input = ''): Promise<Run> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => (stdout += chunk))
  child.stderr?.on('data', (chunk) => (stderr += chunk))
  child.stdin?.on('error', () => {}) // a killed process reads nothing more
  child.stdin?.end(input)
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code, signal) => done({ code, signal, stdout, stderr }))
  })
}

/** Resolves with everything printed so far once `text` has appeared. */
export async function printed(child: ChildProcess, text: string): Promise<string> {
  let seen = ''
  return new Promise((done, fail) => {
    const look = (chunk: Buffer) => {
      seen += chunk.toString()
      if (seen.includes(text)) done(seen)
    }
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    child.once('close', () => fail(new Error(`ended before it printed ${JSON.stringify(text)}:\n${seen}`)))
  })
}

/** A folder of its own for one test, removed at its end. */
export function aFolder(files: Readonly<Record<string, string>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'flows-test-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  writeFiles(root, files)
  return root
}

export function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
}

export const CONFIG = 'project: acme-kyc\nenvironments:\n  local: {}\n'

/** A project with these definitions, by key. */
export function aProject(definitions: Readonly<Record<string, string>> = {}, config = CONFIG): string {
  const files = Object.entries(definitions).map(([key, text]) => [`flows/${key}.yaml`, text])
  return aFolder({ 'flows.config.yaml': config, ...Object.fromEntries(files) })
}

export function aDefinition(name: string, rest = ''): string {
  return `name: ${name}\ntype: document\n${rest}`
}

/** The environment without what would change the outcome on another machine. */
export function cleanEnv(): Record<string, string | undefined> {
  const { NO_COLOR: _1, FORCE_COLOR: _2, CI: _3, FLOWS_ENV: _4, DATABASE_URL: _5, ...env } = environment()
  // What a CI job says of itself, and keys for Stripe, would be taken for what the test's own folder comes from.
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(GITHUB|GITLAB|CI|STRIPE)_/.test(name)))
}
