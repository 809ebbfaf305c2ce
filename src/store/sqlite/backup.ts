import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { putInPlace } from '../../files/put-in-place.js'
import type { Store } from '../store.js'
import { StoreError } from '../store-error.js'
import { loadDriver } from './database.js'
import { privateFolder } from './file/private-folder.js'
import { openSqliteStore } from './open.js'

/**
 * Writes all that a store holds at one moment into a file, which is an embedded store itself: whatever goes on in the
 * store meanwhile, the file has none of it. The file replaces none, and appears whole or not at all; only where files
 * cannot be linked may a process that is killed leave half of it.
 */
export async function backUp(store: Store, file: string): Promise<void> {
  if (existsSync(file)) throw fileExists(file)
  if (await isEmpty(store)) throw new StoreError('unreadable', `${store.label} holds nothing to back up`)
  // Beside the target, so that it can be put in place without being copied again.
  const folder = privateFolder(await loadDriver(), dirname(file))
  try {
    const path = join(folder.path, basename(file))
    const copy = await openSqliteStore({ file: path })
    try {
      await takeOver(copy, store)
    } finally {
      // Closing moves all of it from the log into the file.
      await copy.close()
    }
    flush(path)
    named(path, file)
  } finally {
    folder.remove()
  }
}

export interface RestoreOptions {
  readonly confirm?: (() => Promise<void>) | undefined
  readonly beside?: string | undefined
  /** What errors call the backup: as somebody named it, never the copy that is read. */
  readonly label?: string | undefined
}

/**
 * Puts back what a backup holds, in the place of all that is in the store, in one transaction: others see what was there
 * before or what is there now, and a failure changes nothing. Backups of older versions are brought up to date on the way, in
 * a copy: it lies in `beside`, the folder of the embedded store, or beside the backup, where the same data lies already.
 * `confirm` is called when the file was found to be a backup and nothing is replaced yet: what it throws ends the restore.
 */
export async function restore(
  store: Store,
  file: string,
  { confirm = async () => {}, beside = dirname(file), label = file }: RestoreOptions = {},
): Promise<void> {
  if (!existsSync(file)) throw new StoreError('unreadable', `${label} is not there`)
  const folder = privateFolder(await loadDriver(), beside)
  try {
    const path = join(folder.path, 'store.sqlite')
    copyClosed({ file, label }, path)
    const backup = await openSqliteStore({ file: path, label })
    try {
      if (await isEmpty(backup)) {
        throw new StoreError('unreadable', `${label} holds nothing: it is not a backup of a store that was ever used`)
      }
      await confirm()
      await takeOver(store, backup)
    } finally {
      await backup.close()
    }
  } finally {
    folder.remove()
  }
}

function isEmpty(store: Store): Promise<boolean> {
  return store.read((tx) => tx.contents.isEmpty())
}

async function takeOver(target: Store, source: Store): Promise<void> {
  await source.read((from) => target.write((to) => to.contents.replace(from.contents.batches())))
}

function flush(path: string): void {
  const handle = openSync(path, 'r+')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Copies a store that nobody has open. What is written to a store is first in a log beside it, which a copy lacks. */
function copyClosed({ file, label }: { readonly file: string; readonly label: string }, path: string): void {
  const refuseLog = () => {
    if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0) return
    throw new StoreError(
      'unreadable',
      `${label} is a store in use, or was left by a process that was killed: make a backup of it with flows backup, and restore that`,
    )
  }
  refuseLog()
  copyFileSync(file, path)
  // Who opened it meanwhile may have changed it under the copy.
  refuseLog()
}

/** Nobody's backup is ever overwritten, by two at once neither. */
function named(path: string, file: string): void {
  try {
    putInPlace(path, file)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw fileExists(file)
    throw new StoreError('unreadable', `${file} cannot be written: ${(cause as Error).message}`, { cause })
  }
}

function fileExists(file: string): StoreError {
  return new StoreError('file_exists', `${file} exists already, and a backup replaces no file`)
}
