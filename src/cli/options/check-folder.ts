import { lstatSync, statSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { badUsage } from '../../app/failure.js'
import { printable } from '../../text/text.js'

/** Throws if a path cannot become a folder, because it or a folder above is something else. */
export function checkFolder(path: string, cwd: string): void {
  const there = entryAt(path, lstatSync)
  if (there === undefined) {
    if (dirname(path) !== path) checkFolder(dirname(path), cwd)
    return
  }
  const meant = entryAt(path, statSync)
  if (meant?.isDirectory()) return
  const shown = printable(relative(cwd, path))
  throw meant === undefined
    ? badUsage(`${shown} is a link to nothing`, 'make the folder that it leads to, or remove it')
    : badUsage(`${shown} is a file, not a folder`, 'name another place, or remove it')
}

/** Undefined if nothing is there, or if a folder above is a file. */
function entryAt(path: string, look: typeof statSync | typeof lstatSync) {
  try {
    return look(path, { throwIfNoEntry: false })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined
    throw error
  }
}
