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
  /** Whether it shows what the store holds now: false once a copy is outdated. */
  isCurrent(): boolean
}

/** How often a store is tried that others keep changing, and how long in between, in milliseconds. */
const TRIES = 50
const PAUSE = 50

/**
 * Opens a store for reading that is there. SQLite makes two files beside a store, the log and its index, also for
 * reading. Where this user may not make them, it reads with the two that a writer has made; where nobody has made any, it reads a
 * copy of its own. Throws StoreError.
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

/** Both: with a file that is not its own, SQLite could make a log that the store's owner cannot write. */
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

/** Somebody has it open, or was killed at it: SQLite finds out which. */
function isOpenElsewhere(file: string): boolean {
  return may(`${file}-wal`, constants.R_OK) && may(`${file}-shm`, constants.R_OK)
}

/** Once it is open, the files stay. undefined where they went away just before. */
async function withTheirFiles(place: Place): Promise<Source | undefined> {
  try {
    return await directly(place)
  } catch (error) {
    const code = resultCode(error instanceof StoreError ? error.cause : error)
    if (code === ResultCode.readOnly || code === ResultCode.cannotOpen) return undefined
    throw error
  }
}

/** All that a store consists of, except for the index of the log, which is made anew. */
const PARTS = ['', '-wal', '-journal']

/** A copy for its owner only, removed when it is closed; undefined where somebody wrote to the store meanwhile. */
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

/** Whether nobody wrote while the parts were copied; a part that went away meanwhile is no failure. */
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
    // It is copied with the rights of the original, which may be less.
    chmodSync(copy + part, 0o600)
  }
}

interface State {
  /** Differs from that of any other moment with other contents, if it is settled. */
  readonly text: string
  /** False where the next write could still get the time of the last one. */
  readonly isSettled: boolean
}

/** Systems stamp writes with the time of their last tick, every 10 milliseconds at the least often. */
const TICK = 50
/** Some file systems keep seconds only. */
const SECOND = 2_000

function stateOf(file: string): State {
  let isSettled = true
  const texts = PARTS.map((part) => {
    const found = statSync(file + part, { bigint: true, throwIfNoEntry: false })
    if (found === undefined) return ''
    const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = found
    const age = Date.now() - Number(ctimeMs)
    // Nobody can set this time, and every write does.
    if (age >= 0 && age < (ctimeNs % 1_000_000_000n === 0n ? SECOND : TICK)) isSettled = false
    return [dev, ino, size, mtimeNs, ctimeNs].join(':')
  })
  return { text: texts.join(' '), isSettled }
}
