import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { build } from 'esbuild'
import { sha256 } from '../../src/model/canonical.js'

/** A test program in a process of its own, which talks in lines of JSON. */
export interface Program {
  readonly child: ChildProcess
  /** The next line it prints; undefined when it has ended. */
  next(): Promise<unknown>
  /** Resolves with its exit code, or the signal that ended it. */
  ended(): Promise<number | string>
}

/** Bundles a program of test/, under a name that tells its contents; the bundle lies where its packages are found. */
export async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['@photostructure/sqlite', 'pg'],
    logLevel: 'error',
  })
  const code = outputFiles[0]?.contents ?? new Uint8Array()
  const folder = resolve('node_modules/.cache/flows-tests')
  const file = join(folder, `${sha256(code)}.mjs`)
  mkdirSync(folder, { recursive: true })
  // Renamed into place, so that another run never starts half a file.
  writeFileSync(`${file}.${process.pid}`, code)
  renameSync(`${file}.${process.pid}`, file)
  return file
}

export function startProgram(file: string, ...args: string[]): Program {
  return programOf(spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] }))
}

/** One that the signals of a terminal do not reach. */
export function startInBackground(file: string): Program {
  return programOf(spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'], detached: true }))
}

function programOf(child: ChildProcessByStdio<Writable, Readable, null>): Program {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const exit = once(child, 'exit')
  return {
    child,
    next: async () => {
      const { value, done } = await lines.next()
      return done ? undefined : JSON.parse(value)
    },
    ended: async () => {
      const [code, signal] = await exit
      return code ?? signal
    },
  }
}
