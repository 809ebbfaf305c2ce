import { closeSync, copyFileSync, existsSync, fsyncSync, linkSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Store } from '../store.js'
import { StoreError } from '../store-error.js'
import { openSqliteStore } from './open.js'

/**
 * Writes all that a store holds at one moment into a file, which is an embedded store itself: whatever goes on in the
 * store meanwhile, the file has none of it. The file appears whole or not at all, and replaces none.
 */
export async function backUp(store: Store, file: string): Promise<void> {
  if (existsSync(file)) throw fileExists(file)
  if (await isEmpty(store)) throw new StoreError('unreadable', `${store.label} holds nothing to back up`)
  // Beside the target, so that it can be put in place without being copied again.
  const folder = inFolder(dirname(file), '.flows-backup-')
  try {
    const path = join(folder, basename(file))
    const copy = await openSqliteStore({ file: path })
    try {
      await takeOver(copy, store)
    } finally {
      // Closing moves all of it from the log into the file.
      await copy.close()
    }
    flush(path)
    putInPlace(path, file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Puts back what a backup holds, in the place of all that is in the store, in one transaction: others see what was there
 * before or what is there now, and a failure changes nothing. Backups of older versions are brought up to date on the way.
 */
export async function restore(store: Store, file: string): Promise<void> {
  if (!existsSync(file)) throw new StoreError('unreadable', `${file} is not there`)
  const folder = inFolder(tmpdir(), 'flows-restore-')
  try {
    const path = join(folder, 'store.sqlite')
    copyFileSync(file, path)
    const backup = await openSqliteStore({ file: path })
    try {
      if (await isEmpty(backup)) {
        throw new StoreError('unreadable', `${file} holds nothing: it is no backup of a store that was ever used`)
      }
      await takeOver(store, backup)
    } finally {
      await backup.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function isEmpty(store: Store): Promise<boolean> {
  return store.read((tx) => tx.contents.isEmpty())
}

async function takeOver(target: Store, source: Store): Promise<void> {
  await source.read((from) => target.write((to) => to.contents.replace(from.contents.batches())))
}

/** Readable by its owner only, as everything that holds personal data. */
function inFolder(parent: string, prefix: string): string {
  try {
    return mkdtempSync(join(parent, prefix))
  } catch (cause) {
    throw new StoreError('unreadable', `${parent} cannot be written to: ${(cause as Error).message}`, { cause })
  }
}

function flush(path: string): void {
  const handle = openSync(path, 'r+')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** A link is refused where a file is already: nobody's backup is ever overwritten, by two at once neither. */
function putInPlace(path: string, file: string): void {
  try {
    linkSync(path, file)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw fileExists(file)
    throw new StoreError('unreadable', `${file} cannot be written: ${(cause as Error).message}`, { cause })
  }
}

function fileExists(file: string): StoreError {
  return new StoreError('file_exists', `${file} exists already, and a backup replaces no file`)
}
