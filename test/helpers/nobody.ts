import { spawn } from 'node:child_process'
import { chmodSync, cpSync, readdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { aFolder } from './cli.js'

const NOBODY = 65534

/** Rights that let everybody read and nobody write, all through a folder: root's processes still may, others' may not. */
export function forReadingOnly(folder: string): void {
  for (const name of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
    const path = join(folder, name)
    chmodSync(path, statSync(path).isDirectory() ? 0o555 : 0o444)
  }
}

/** Gives the rights back, so that the folder can be removed by who is not root. */
export function forWriting(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) forWriting(join(folder, entry.name))
    else chmodSync(join(folder, entry.name), 0o644)
  }
}

/** A user to whom rights count: where root runs the tests, somebody else. */
export interface Nobody {
  /** The only place where this user may write: the home folder, and the one for temporary files. */
  readonly home: string
  /** Starts a script of Node. Its packages must be found from where it lies. */
  start(script: string, args: readonly string[], cwd?: string): ReturnType<typeof spawn>
}

export function aNobody(): Nobody {
  const home = aFolder()
  chmodSync(home, 0o777)
  const isRoot = process.getuid?.() === 0
  return {
    home,
    start: (script, args, cwd) =>
      spawn(process.execPath, [script, ...args], {
        cwd: cwd ?? home,
        env: { PATH: process.env.PATH, HOME: home, TMPDIR: home, XDG_CACHE_HOME: join(home, '.cache') },
        ...(isRoot && { uid: NOBODY, gid: NOBODY }),
      }),
  }
}

/**
 * Copies a script, or a folder of scripts, to where everybody may read it, and all packages that it needs: this
 * project's own folder may be its user's only.
 */
export function readableByAll(script: string): string {
  const folder = aFolder()
  const copy = join(folder, 'dist', basename(script))
  cpSync(script, copy, { recursive: true })
  cpSync(resolve('package.json'), join(folder, 'package.json'))
  // Node before 22.13 has no SQLite of its own.
  for (const name of ['@photostructure/sqlite', 'node-gyp-build']) {
    const source = resolve('node_modules', name)
    const isNeeded = (path: string) => !/^[/\\](?:src|scripts)\b/.test(path.slice(source.length))
    cpSync(source, join(folder, 'node_modules', name), { recursive: true, filter: isNeeded })
  }
  chmodSync(folder, 0o755)
  return copy
}
