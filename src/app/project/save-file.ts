import { statSync } from 'node:fs'
import { replaceWhole } from '../../files/put-in-place.js'
import { badUsage, Failure } from '../failure.js'

interface Saved {
  /** What is saved, in one word. */
  readonly what: 'plan' | 'report'
  /** How messages call the file. */
  readonly name: string
}

/** Writes a result whole or not at all, so that readers find the old file or the new one. Throws Failure. */
export function saveFile(path: string, text: string, { what, name }: Saved): void {
  const cannot = `the ${what} cannot be saved`
  const found = statSync(path, { throwIfNoEntry: false })
  if (found !== undefined && !found.isFile()) {
    throw badUsage(`${cannot}: ${name} is ${found.isDirectory() ? 'a folder' : 'not a plain file'}`)
  }
  try {
    replaceWhole(path, text)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw badUsage(`${cannot}: its folder is not there: ${name}`)
    throw new Failure(`${what}_not_saved`, `${cannot} to ${name}: ${message}`, { cause: error })
  }
}
