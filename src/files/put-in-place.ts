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
 * Gives a file that is written whole its name, which no other file may have: throws EEXIST where one has it, also where
 * two do this at once. The file appears whole or not at all; only where the file system has no hard links may a process
 * that is killed leave half of it. The first name stays as well.
 */
export function putInPlace(path: string, name: string): void {
  try {
    // Unlike a rename, a link fails where something has the name.
    linkSync(path, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
    // File systems have many ways to say that they have no hard links. Whatever else is wrong, the copy meets it, too.
    copyInPlace(path, name)
  }
}

/** As a link, without links: made here or not at all, so that what is cut short is ours to take away. */
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

/** Writes a file that is not there yet. A mode that is given is the file's own, whatever the process masks. */
export function writeNew(path: string, text: string | Uint8Array, mode?: number): void {
  const descriptor = openSync(path, 'wx')
  try {
    if (mode !== undefined) fchmodSync(descriptor, mode & 0o7777)
    writeFileSync(descriptor, text)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Writes a file whole or not at all, over the one that may be there: whoever reads it meanwhile finds the old one or the
 * new one. `temporary` is where it is written first, in the same folder; it stays only where a process is killed.
 */
export function replaceWhole(
  path: string,
  text: string | Uint8Array,
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

/** A name that no other process takes, and no other call. */
export function temporaryFor(path: string): string {
  return `${path}.${process.pid}.${randomBytes(6).toString('hex')}`
}
