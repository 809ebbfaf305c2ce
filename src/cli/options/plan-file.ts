import { readFileSync, statSync } from 'node:fs'
import { badUsage } from '../../app/failure.js'
import type { Cli } from '../program/command.js'
import { namedFile } from './named-file.js'

/** No plan is larger: the service takes less at once. */
const MOST = 64 * 1024 * 1024

/** What stands in the file of a saved plan, which may be anything. */
export function planFileText(cli: Cli, file: string): string {
  const path = namedFile(cli, file)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw badUsage(`there is no file ${file}`, 'flows plan --out makes one')
  if (!found.isFile()) throw badUsage(`${file} is ${found.isDirectory() ? 'a folder' : 'no plain file'}`)
  if (found.size > MOST) throw badUsage(`${file} is too large for a plan`)
  return readFileSync(path, 'utf8')
}
