import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'

/**
 * Gives a completely written file its name. Throws EEXIST if another file has the name, even if two processes do this
 * at once. The file appears whole or not at all. Exception: without hard links in the file system, a killed process may
 * leave half of it. The first name stays as well.
 */
export function putInPlace(path: string, name: string): void {
  try {
    // Unlike a rename, a link fails if the name is taken.
    linkSync(path, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
    // File systems report missing hard links in many ways. If something else is wrong, the copy fails too.
    copyInPlace(path, name)
  }
}

/** Like a link, without links: created here or not at all, so we may remove an incomplete copy. */
function copyInPlace(path: string, name: string): void {
  closeSync(openSync(name, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600))
  try {
    copyFileSync(path, name)
    const handle = openSync(name, 'r+')
    try {
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    rmSync(name, { force: true })
    throw error
  }
}

/** Of a file: as one, or in pieces, each of which is written before the next one is asked for. */
type Content = string | Uint8Array | Iterable<Buffer>

/** Writes a file that does not exist yet. A given mode is set exactly, whatever the umask of the process. */
export function writeNew(path: string, text: Content, mode?: number): void {
  const descriptor = openSync(path, 'wx')
  try {
    if (mode !== undefined) fchmodSync(descriptor, mode & 0o7777)
    const isOne = typeof text === 'string' || text instanceof Uint8Array
    for (const piece of isOne ? [text] : text) writeFileSync(descriptor, piece)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Writes a file whole or not at all, replacing an existing one, so readers find the old file or the new one.
 * `temporary` is where it is written first, in the same folder. That file stays only if the process is killed.
 */
export function replaceWhole(
  path: string,
  text: Content,
  { temporary = temporaryFor(path), mode }: { readonly temporary?: string; readonly mode?: number } = {},
): void {
  try {
    writeNew(temporary, text, mode)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** A name that no other process and no other call uses. */
export function temporaryFor(path: string): string {
  return `${path}.${process.pid}.${randomBytes(6).toString('hex')}`
}
