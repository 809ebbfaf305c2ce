import { createHmac, randomBytes } from 'node:crypto'
import { type Dirent, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { followed } from '../../files/inside.js'
import { isRunning } from '../../files/is-running.js'
import { putInPlace, replaceWhole, writeNew } from '../../files/put-in-place.js'
import { makeCacheKey } from '../../load/cache/cache-key.js'

/** Where a text is written before it gets its name. A killed process leaves this file behind. */
function sealedTemporaryFor(path: string): string {
  return `${path}.${process.pid}.${sealOf(basename(path), process.pid)}.tmp`
}

/** Marks this program's temporary files. A file that somebody gave such a name is never removed. */
function sealOf(name: string, pid: number): string {
  const key = cacheKey()
  if (key === undefined) return randomBytes(SEAL_LENGTH / 2).toString('hex')
  return createHmac('sha256', key).update(`${name} ${pid}`).digest('hex').slice(0, SEAL_LENGTH)
}

const SEAL_LENGTH = 16

/** Undefined if the home folder cannot be written. Then files left by a killed process stay. */
function cacheKey(): Buffer | undefined {
  try {
    return makeCacheKey()
  } catch {
    return undefined
  }
}

/**
 * Removes what dead processes left behind, in this folder and, unless `deep` is false, those below. It does not follow
 * links: they may lead out of the project, or round in circles.
 */
export function removeLeftovers(folder: string, { deep = true } = {}): void {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && deep) removeLeftovers(path)
    const [, name, pid, seal] = (entry.isFile() && TEMPORARY.exec(entry.name)) || []
    if (name === undefined || seal !== sealOf(name, Number(pid)) || isRunning(Number(pid))) continue
    rmSync(path, { force: true })
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

const TEMPORARY = /^(.+)\.(\d+)\.([0-9a-f]+)\.tmp$/

/** Leaves the old text or the new one, never half of it. Keeps the file's mode and links to it. Throws LinkOutside. */
export function replaceFile(root: string, file: string, text: string): void {
  const target = followed(root, file)
  replaceWhole(target, text, { temporary: sealedTemporaryFor(target), mode: statSync(target).mode })
}

/** Creates the whole file or none, in a folder of the project, and never over an existing one. Throws LinkOutside. */
export function createFile(root: string, file: string, text: string, mode?: number): void {
  const path = join(followed(root, dirname(file)), basename(file))
  const temporary = sealedTemporaryFor(path)
  try {
    writeNew(temporary, text, mode)
    putInPlace(temporary, path)
  } finally {
    rmSync(temporary, { force: true })
  }
}
