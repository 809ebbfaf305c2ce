import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { putInPlace } from '../../files/put-in-place.js'
import type { Store } from '../store.js'
import { StoreError } from '../store-error.js'
import { loadDriver } from './database.js'
import { privateFolder } from './file/private-folder.js'
import { openSqliteStore } from './open.js'

/**
 * Writes a store's contents at one moment into a file, which is itself an embedded store. Changes made during the
 * backup are not in it. It replaces no existing file, and appears whole or not at all; only where files cannot be
 * linked may a killed process leave half of it.
 */
export async function backUp(store: Store, file: string): Promise<void> {
  if (existsSync(file)) throw fileExists(file)
  if (await isEmpty(store)) throw new StoreError('unreadable', `${store.label} holds nothing to back up`)
  // Beside the target, so that it can be moved into place without another copy.
  const folder = privateFolder(await loadDriver(), dirname(file))
  try {
    const path = join(folder.path, basename(file))
    const copy = await openSqliteStore({ file: path })
    try {
      await takeOver(copy, store)
    } finally {
      // Closing moves everything from the log into the file.
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
  /** The backup's name in errors: as the user named it, never the copy that is read. */
  readonly label?: string | undefined
}

/**
 * Replaces the store's contents with a backup's, in one transaction: others see either the old contents or the new, and
 * a failure changes nothing. Older backups are updated on the way in a copy. The copy lies in `beside`, the embedded
 * store's folder, or beside the backup, where the same data already lies. `confirm` is called after the file is known
 * to be a backup and before anything is replaced; if it throws, the restore ends.
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

/** Copies a store that is not open. New data is first in a log beside the store, which a copy would lack. */
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
  // A process that opened it during the copy may have changed it.
  refuseLog()
}

/** A backup is never overwritten, even by two backups at once. */
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
