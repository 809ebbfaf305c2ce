import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

export interface Served {
  readonly url: string
  readonly key: string
  /** The folder of its project. */
  readonly cwd: string
  /** Its process. */
  readonly pid: number
}

export interface Serve {
  /** A new folder is made in it. */
  readonly root: string
  /** By default the embedded store. */
  readonly database?: string | undefined
  /** By default the one that was built here. */
  readonly program?: string | undefined
}

/** `flows serve` over a store of its own. Its process joins `children`. */
export async function serve({ root, database, program }: Serve, children: ChildProcess[]): Promise<Served> {
  const cwd = join(root, randomBytes(4).toString('hex'))
  mkdirSync(cwd)
  writeFileSync(join(cwd, 'flows.config.yaml'), 'project: load\nenvironments:\n  local: {}\n')
  const flows = flowsIn({ cwd, database, program })
  const key = (await firstLine(flows('keys', 'create', '--name', 'load'), /^(sk_test_\S+)/)) ?? ''
  const child = flows('serve', '--port', '0', '--rate-limit', '0', '--webhook-allow', '127.0.0.0/8')
  children.push(child)
  const url = (await firstLine(child, /(http:\/\/127\.0\.0\.1:\d+)/)) ?? ''
  return { url, key, cwd, pid: child.pid ?? 0 }
}

/** Starts commands of `flows` in a folder, over its store. */
export function flowsIn({ cwd, database, program = 'dist/flows.js' }: Omit<Serve, 'root'> & { readonly cwd: string }) {
  const env = { ...process.env, ...(database !== undefined && { DATABASE_URL: database }) }
  return (...args: readonly string[]) => spawn(process.execPath, [resolve(program), ...args], { cwd, env })
}

/** What a program prints first that fits. */
export async function firstLine(child: ChildProcess, pattern: RegExp): Promise<string | undefined> {
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null)
  const seen: string[] = []
  return new Promise((done, fail) => {
    for (const input of streams) {
      createInterface({ input }).on('line', (line) => {
        seen.push(line)
        const found = pattern.exec(line)?.[1]
        if (found) done(found)
      })
    }
    child.once('close', () => fail(new Error(`ended too early: ${seen.join('\n')}`)))
  })
}
