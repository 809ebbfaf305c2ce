import { lstatSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import compare from 'semver/functions/compare.js'
import valid from 'semver/functions/valid.js'
import { followedIfInside, LinkOutside } from '../../files/inside.js'
import { Failure } from '../failure.js'
import { createFile, removeLeftovers, replaceFile } from '../project/write-file.js'
import { madeBy, unmarked } from './made-file.js'

/** A file as it is to be. */
export interface Wanted {
  /** Path in the repository. */
  readonly path: string
  readonly text: string
  /**
   * What becomes of a file that is there and says something else. `keep`: it is somebody's own. `change`: the text is
   * theirs, with something added. `renew`: it came from here if it says so, and is renewed unless somebody edited it, or a
   * newer version made it.
   */
  readonly otherwise: 'keep' | 'change' | 'renew'
}

/** A file of a repository is a link that leads out of it. */
export class LinksOut extends Error {
  override readonly name = 'LinksOut'

  readonly path: string

  constructor(path: string) {
    super(`${path} is a link that leads out of the repository`)
    this.path = path
  }
}

/** What happens, or would happen, to a file. */
export interface Fate {
  readonly path: string
  readonly fate: 'made' | 'changed' | 'renewed' | 'same' | 'kept' | 'edited' | 'newer'
  /** Empty for a file that is not there. */
  readonly before: string
  readonly after: string
}

/**
 * What is to be done for files to be as they should, with edited and newer ones written over only where that is asked for. Throws
 * LinksOut if one of them leads out of the repository, before anything is written.
 */
export function fatesOf(root: string, files: readonly Wanted[], { overwrite = false } = {}): readonly Fate[] {
  return files.map(({ path, text, otherwise }) => {
    const place = placeOf(root, path)
    if (lstatSync(place, { throwIfNoEntry: false }) === undefined)
      return { path, fate: 'made', before: '', after: text }
    const before = read(place, path)
    // Nobody edits a file until it is empty: a process was killed before it had written it.
    if (before.trim() === '') return { path, fate: 'made', before: '', after: text }
    const fate = isSameText(before, text) ? 'same' : FATES[otherwise](before, text, overwrite)
    return { path, fate, before, after: text }
  })
}

type FateOf = (before: string, after: string, overwrite: boolean) => Fate['fate']

const FATES: Readonly<Record<Wanted['otherwise'], FateOf>> = {
  keep: () => 'kept',
  change: () => 'changed',
  renew: (before, after, overwrite) => {
    const made = madeBy(before)
    // A file without its mark that says the same is nobody's edit.
    if (overwrite || unmarked(before) === unmarked(after)) return 'renewed'
    if (made !== undefined && isNewer(made.version, madeBy(after)?.version)) return 'newer'
    return made?.isEdited === false ? 'renewed' : 'edited'
  },
}

function isNewer(one: string, other: string | undefined): boolean {
  return valid(one) !== null && other !== undefined && valid(other) !== null && compare(one, other) > 0
}

/** The real place of a file, whether it is there or not. */
function placeOf(root: string, path: string): string {
  try {
    return followedIfInside(root, join(root, path))
  } catch (error) {
    throw error instanceof LinkOutside ? new LinksOut(path) : error
  }
}

/** git may give a file the line ends of another system. */
function isSameText(one: string, other: string): boolean {
  return one.replaceAll('\r\n', '\n') === other.replaceAll('\r\n', '\n')
}

function read(place: string, path: string): string {
  try {
    return readFileSync(place, 'utf8')
  } catch (error) {
    throw new Failure('unreadable_file', `${path} is there and cannot be read: nothing was written`, { cause: error })
  }
}

/**
 * Writes what is made or renewed: each file whole or not at all, and no other. They are written in their order, so that
 * whoever was killed finds the last one only if all the others are there.
 */
export function writeFates(root: string, fates: readonly Fate[]): void {
  const folders = new Set(fates.map(({ path }) => dirname(placeOf(root, path))))
  for (const folder of folders) removeLeftovers(folder, { deep: false })
  for (const { path, fate, after } of fates) {
    if (!isWritten(fate)) continue
    const place = placeOf(root, path)
    mkdirSync(dirname(place), { recursive: true })
    if (fate === 'made' && isMissing(place)) createFile(dirname(place), basename(place), after)
    else replaceFile(dirname(place), basename(place), after)
  }
}

function isMissing(place: string): boolean {
  return lstatSync(place, { throwIfNoEntry: false }) === undefined
}

/** Whether such a file is written. */
export function isWritten(fate: Fate['fate']): boolean {
  return fate === 'made' || fate === 'changed' || fate === 'renewed'
}
