import { accessSync, closeSync, constants, openSync } from 'node:fs'

/**
 * Makes a file that is not there, for its owner only. One that is there is not opened: closing it again would take away
 * the locks by which another connection of this very process holds it (as POSIX's locks are), and others would take it
 * for unused.
 */
export function makeFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    accessSync(file, constants.R_OK | constants.W_OK)
  }
}
