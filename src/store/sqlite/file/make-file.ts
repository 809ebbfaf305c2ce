import { accessSync, closeSync, constants, openSync } from 'node:fs'

/**
 * Makes a missing file, for its owner only. An existing file is not opened: closing it would release the locks that
 * another connection of this process holds on it (as POSIX locks work), and other processes would take it for unused.
 */
export function makeFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    accessSync(file, constants.R_OK | constants.W_OK)
  }
}
