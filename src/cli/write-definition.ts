import { createHmac, randomBytes } from 'node:crypto'
import {
  existsSync,
  linkSync,
  lstatSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { makeCacheKey } from '../load/cache-key.js'
import type { Project } from '../project.js'

/** The modeline names the project's own copy of the schema, where it keeps one. */
export function schemaFor({ root }: Project, file: string, name: 'flow' | 'policy' = 'flow'): string | undefined {
  const schema = join(root, 'schemas', `${name}.schema.json`)
  if (!existsSync(schema)) return undefined
  return relative(dirname(join(root, file)), schema)
    .split(sep)
    .join('/')
}

/** Where a text is written before it gets its name; a process that is killed leaves it there. */
function temporaryFor(path: string): string {
  return `${path}.${process.pid}.${sealOf(basename(path), process.pid)}.tmp`
}

/** Tells files of this program's making from those that somebody gave such a name: they are never removed. */
function sealOf(name: string, pid: number): string {
  const key = cacheKey()
  if (key === undefined) return randomBytes(SEAL_LENGTH / 2).toString('hex')
  return createHmac('sha256', key).update(`${name} ${pid}`).digest('hex').slice(0, SEAL_LENGTH)
}

const SEAL_LENGTH = 16

/** Undefined where the home folder cannot be written: then what a killed process leaves behind stays. */
function cacheKey(): Buffer | undefined {
  try {
    return makeCacheKey()
  } catch {
    return undefined
  }
}

/** Removes what processes left behind, in this folder and those below, that no longer run. */
export function removeLeftovers(folder: string): void {
  if (!existsSync(folder)) return
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const [, name, pid, seal] = TEMPORARY.exec(basename(path)) ?? []
    if (name === undefined || seal !== sealOf(name, Number(pid)) || isRunning(Number(pid))) continue
    const file = join(folder, path)
    if (lstatSync(file, { throwIfNoEntry: false })?.isFile()) rmSync(file, { force: true })
  }
}

const TEMPORARY = /^(.+\.ya?ml)\.(\d+)\.([0-9a-f]+)\.tmp$/

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** The old text or the new one, never half of it. */
export function replaceFile(path: string, text: string): void {
  const target = realpathSync(path)
  const temporary = temporaryFor(target)
  try {
    writeFileSync(temporary, text, { flag: 'wx', mode: statSync(target).mode })
    renameSync(temporary, target)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** The whole file or none, and never over one that is there. */
export function createFile(path: string, text: string): void {
  const temporary = temporaryFor(path)
  try {
    writeFileSync(temporary, text, { flag: 'wx' })
    // Unlike a rename, a link fails where something has the name.
    linkSync(temporary, path)
  } finally {
    rmSync(temporary, { force: true })
  }
}
