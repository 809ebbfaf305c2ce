import { createHmac, type Hmac } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { replaceWhole } from '../../files/put-in-place.js'
import { makeCacheKey, readCacheKey } from './cache-key.js'

/**
 * What `writeCacheFile` kept under this name in `.flows/cache/`; null if there is nothing with this user's seal. A file
 * without the seal of cache-key.ts (truncated, from another machine, committed by somebody) does not count.
 */
export function readCacheFile<T>(root: string, name: string): T | null {
  const bytes = readCacheBytes(root, name)
  try {
    return bytes && (JSON.parse(bytes.toString('utf8')) as T)
  } catch {
    return null
  }
}

/** The same for bytes. */
export function readCacheBytes(root: string, name: string): Buffer | null {
  const key = readCacheKey()
  if (key === undefined || !isFolder(join(root, '.flows')) || !isFolder(folderOf(root))) return null
  try {
    const content = readPlainFile(join(folderOf(root), name))
    const body = content.subarray(0, -SEAL_LENGTH)
    const seal = content.subarray(-SEAL_LENGTH).toString('latin1')
    return seal === sealOf(sealing(key, name).update(body)) ? body : null
  } catch {
    return null
  }
}

/** Keeps a JSON value for later runs. Losing it only costs time, so every failure is silent. */
export function writeCacheFile<T>(root: string, name: string, value: T): void {
  writeCacheBytes(root, name, [Buffer.from(JSON.stringify(value))])
}

/** The same for bytes, in pieces. Each is written before the next one is asked for. */
export function writeCacheBytes(root: string, name: string, body: Iterable<Buffer>): void {
  try {
    const key = makeCacheKey()
    makeFolder(root)
    replaceWhole(join(folderOf(root), name), sealed(key, name, body))
  } catch {
    // The next run makes it again.
  }
}

/** Removes what was kept under this name. If that is impossible, it stays. */
export function removeCacheFile(root: string, name: string): void {
  if (isFolder(join(root, '.flows')) && isFolder(folderOf(root))) remove(join(folderOf(root), name))
}

const SEAL_LENGTH = 65

/** The pieces, and their seal behind them: so it is known when they are written. */
function* sealed(key: Buffer, name: string, body: Iterable<Buffer>): Generator<Buffer> {
  const hmac = sealing(key, name)
  for (const piece of body) {
    hmac.update(piece)
    yield piece
  }
  yield Buffer.from(sealOf(hmac))
}

function sealing(key: Buffer, name: string): Hmac {
  return createHmac('sha256', key).update(`${name}\n`)
}

function sealOf(hmac: Hmac): string {
  return `${hmac.digest('hex')}\n`
}

function folderOf(root: string): string {
  return join(root, '.flows', 'cache')
}

/** True only for a real folder: a link could lead out of the project. */
function isFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory()
  } catch {
    return false
  }
}

/** Refuses links and pipes: a link could lead anywhere, and a pipe would never end. */
function readPlainFile(path: string): Buffer {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error('not a plain file')
    return readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Keeps `.flows/` out of version control with its own .gitignore, and closed to other users. */
function makeFolder(root: string): void {
  for (const path of [join(root, '.flows'), folderOf(root)]) {
    unlessPresent(() => mkdirSync(path, { mode: 0o700 }))
    if (!isFolder(path)) throw new Error('not a folder')
  }
  unlessPresent(() => writeFileSync(join(root, '.flows', '.gitignore'), '*\n', { flag: 'wx' }))
}

function unlessPresent(make: () => void): void {
  try {
    make()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // It stays; `.flows/` may be deleted at any time.
  }
}
