import { type Dirent, type FSWatcher, readdirSync, statSync, watch } from 'node:fs'
import { join } from 'node:path'
import { compareText } from '../../model/canonical.js'

export interface Saves {
  /**
   * Waits until files have changed since the last call (the first call: since the start) and then been still for a
   * moment. Resolves with those files; null after close(). Changes between two calls are not lost.
   */
  next(): Promise<readonly string[] | null>
  close(): void
}

/** How long nothing may change before it counts as saved, in milliseconds: many files may be written at once. */
const STILL = 80
/** The longest wait for a writer that never stops. */
const LONGEST = 2_000
/** Look even without a notification, which folders of another machine never send; but use little of a core for it. */
const INTERVAL = 1_000
const SHARE_OF_A_CORE = 0.05

/**
 * Watches files and folders, which need not exist yet. Notifications only say when to look; the folders decide.
 * Recursive watching in Node 20 is not enough, tried on Linux. It missed writes after a file was replaced by a rename,
 * and all writes in a folder that was deleted and made again.
 */
export function watchSaves(root: string, placesOf: () => readonly string[]): Saves {
  let seen = look(root, placesOf()).files
  const folders = new Map<string, FSWatcher>()
  let isClosed = false
  let wake = () => {}

  const rearm = (wanted: ReadonlySet<string>) => {
    for (const [folder, watcher] of folders) {
      if (wanted.has(folder)) continue
      watcher.close()
      folders.delete(folder)
    }
    for (const folder of wanted) {
      if (folders.has(folder)) continue
      try {
        const watcher = watch(folder, () => wake())
        // The folder is gone, or the system is out of watches. The next look or the interval covers it.
        watcher.on('error', () => drop(folder, watcher))
        folders.set(folder, watcher)
      } catch {}
    }
  }
  const drop = (folder: string, watcher: FSWatcher) => {
    watcher.close()
    if (folders.get(folder) === watcher) folders.delete(folder)
  }
  const pause = (milliseconds: number, wakes: boolean) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      const end = () => {
        clearTimeout(timer)
        resolve()
      }
      wake = wakes ? end : () => {}
      stop = end
    })
  let stop = () => {}
  const lookAgain = () => {
    const begun = performance.now()
    const found = look(root, placesOf())
    rearm(found.folders)
    return { ...found, took: performance.now() - begun }
  }
  return {
    async next() {
      let { files, took } = lookAgain()
      while (!isClosed && changed(seen, files).length === 0) {
        await pause(Math.max(INTERVAL, took / SHARE_OF_A_CORE), true)
        if (isClosed) break
        ;({ files, took } = lookAgain())
      }
      const deadline = Date.now() + LONGEST
      for (let isStill = false; !isStill && !isClosed && Date.now() < deadline; ) {
        await pause(STILL, false)
        const later = lookAgain().files
        isStill = changed(files, later).length === 0
        files = later
      }
      if (isClosed) return null
      const names = changed(seen, files)
      seen = files
      // Written and undone: nothing to do.
      return names.length === 0 ? this.next() : names
    },
    close() {
      isClosed = true
      for (const watcher of folders.values()) watcher.close()
      folders.clear()
      stop()
    },
  }
}

/** A file as the system describes it: replacing it changes the inode number, writing to it changes the time. */
type Files = ReadonlyMap<string, string>

function changed(before: Files, after: Files): string[] {
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].filter((name) => before.get(name) !== after.get(name)).sort(compareText)
}

function look(
  root: string,
  places: readonly string[],
): { readonly files: Files; readonly folders: ReadonlySet<string> } {
  const files = new Map<string, string>()
  // Its entries show when the places themselves appear or go.
  const folders = new Set([root])
  const add = (place: string) => {
    const path = join(root, place)
    try {
      const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true })
      files.set(place, `${ino} ${size} ${mtimeNs} ${ctimeNs}`)
    } catch {}
  }
  const visit = (place: string) => {
    for (const entry of entriesOf(join(root, place))) {
      const inside = `${place}/${entry.name}`
      if (entry.isDirectory()) visit(inside)
      else if (/\.ya?ml$/i.test(entry.name)) add(inside)
    }
    folders.add(join(root, place))
  }
  for (const place of places) {
    if (/\.ya?ml$/i.test(place)) add(place)
    else visit(place)
  }
  return { files, folders }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
