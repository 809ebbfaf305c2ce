import { accessSync, chmodSync, constants, copyFileSync, existsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StoreError } from '../store-error.js'
import { type Connection, connect, type Place } from './connect.js'
import { privateFolder } from './file/private-folder.js'
import { ResultCode, resultCode } from './result-code.js'

/** A store to read from. */
export interface Source extends Connection {
  /** Whether it still shows the store's current contents; false once a copy is outdated. */
  isCurrent(): boolean
}

/** The most tries for a store that others keep changing, and the pause between them, in milliseconds. */
export const TRIES = 50
export const PAUSE = 50

/**
 * Opens an existing store for reading. SQLite needs two files beside a store, the log and its index, even for reading.
 * If this user may not make them, it uses the two of a writer; if there are none, it reads its own copy. Throws
 * StoreError.
 */
export async function openSource(place: Place): Promise<Source> {
  if (mayWrite(place.file)) return directly(place)
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const source = isOpenElsewhere(place.file) ? await withTheirFiles(place) : await copied(place)
    if (source !== undefined) return source
    await sleep(PAUSE)
  }
  throw new StoreError('busy', `${place.label} changes all the time: it could not be copied for reading`)
}

async function directly(place: Place): Promise<Source> {
  const connection = await connect(place, () => new place.Driver(place.file, { readOnly: true }))
  return { ...connection, isCurrent: () => true }
}

/** Both the file and the folder: otherwise SQLite could make a log that the store's owner cannot write. */
function mayWrite(file: string): boolean {
  return may(file, constants.R_OK | constants.W_OK) && may(dirname(file), constants.W_OK | constants.X_OK)
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

/** Another process has it open, or was killed with it open: SQLite finds out which. */
function isOpenElsewhere(file: string): boolean {
  return may(`${file}-wal`, constants.R_OK) && may(`${file}-shm`, constants.R_OK)
}

/** Once it is open, the files stay. Undefined if they disappeared just before. */
async function withTheirFiles(place: Place): Promise<Source | undefined> {
  try {
    return await directly(place)
  } catch (error) {
    const code = resultCode(error instanceof StoreError ? error.cause : error)
    if (code === ResultCode.readOnly || code === ResultCode.cannotOpen) return undefined
    throw error
  }
}

/** All parts of a store except the index of the log, which is made again. */
const PARTS = ['', '-wal', '-journal']

/** A copy for its owner only, removed when closed; undefined if another process wrote to the store during the copy. */
async function copied(place: Place): Promise<Source | undefined> {
  const { Driver, file, label } = place
  const state = stateOf(file)
  if (!state.isSettled) return undefined
  const folder = privateFolder(Driver, tmpdir())
  try {
    const copy = join(folder.path, 'store.sqlite')
    const isWhole = whole(() => copyParts(file, copy), file, state)
    if (!isWhole) {
      folder.remove()
      return undefined
    }
    const connection = await connect({ ...place, file: copy }, () => new Driver(copy))
    const close = async () => {
      await connection.close()
      folder.remove()
    }
    return { ...connection, close, isCurrent: () => stateOf(file).text === state.text }
  } catch (cause) {
    folder.remove()
    if (cause instanceof StoreError) throw cause
    throw new StoreError('unreadable', `${label} cannot be used: ${(cause as Error).message}`, { cause })
  }
}

/** Whether no process wrote while the parts were copied. A part that disappeared meanwhile is not a failure. */
function whole(copy: () => void, file: string, before: State): boolean {
  try {
    copy()
  } catch (error) {
    if (stateOf(file).text === before.text) throw error
  }
  return stateOf(file).text === before.text
}

function copyParts(file: string, copy: string): void {
  for (const part of PARTS) {
    if (!existsSync(file + part)) continue
    copyFileSync(file + part, copy + part, constants.COPYFILE_FICLONE)
    // The copy has the file mode of the original, which may allow less.
    chmodSync(copy + part, 0o600)
  }
}

interface State {
  /** Different for different contents, if it is settled. */
  readonly text: string
  /** False if the next write could still get the same time as the last one. */
  readonly isSettled: boolean
}

/** Longer than a tick of the clock that stamps writes, which takes at most 10 milliseconds. */
const TICK = 50
/** Some file systems only store whole seconds. */
const SECOND = 2_000

function stateOf(file: string): State {
  let isSettled = true
  const texts = PARTS.map((part) => {
    const found = statSync(file + part, { bigint: true, throwIfNoEntry: false })
    if (found === undefined) return ''
    const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = found
    const age = Date.now() - Number(ctimeMs)
    // Programs cannot set this time, and every write changes it.
    if (age >= 0 && age < (ctimeNs % 1_000_000_000n === 0n ? SECOND : TICK)) isSettled = false
    return [dev, ino, size, mtimeNs, ctimeNs].join(':')
  })
  return { text: texts.join(' '), isSettled }
}
