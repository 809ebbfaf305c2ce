import { closeSync, openSync, readSync, statSync } from 'node:fs'
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
  if (found !== undefined && !isResult(path, what)) {
    throw badUsage(
      `${cannot}: ${name} is there, and is not a ${what} that would be replaced`,
      'name another file, or remove that one first',
    )
  }
  try {
    replaceWhole(path, text)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw badUsage(`${cannot}: its folder is not there: ${name}`)
    throw new Failure(`${what}_not_saved`, `${cannot} to ${name}: ${message}`, { cause: error })
  }
}

/** How each kind of result begins. */
const BEGINNINGS = {
  plan: /^\{\s*"format":\s*"flows\.plan"/,
  report: /^<(?:\?xml|testsuites)/,
} satisfies Record<Saved['what'], RegExp>

/** Whether a file is an earlier result, or empty: any other one is somebody's work. */
function isResult(path: string, what: Saved['what']): boolean {
  const descriptor = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(256)
    const start = buffer.toString('utf8', 0, readSync(descriptor, buffer)).trimStart()
    return start === '' || BEGINNINGS[what].test(start)
  } finally {
    closeSync(descriptor)
  }
}
