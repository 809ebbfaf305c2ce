import { readFileSync, statSync } from 'node:fs'
import { badUsage } from '../../app/failure.js'
import type { Cli } from '../program/command.js'
import { namedFile, noSuchFile } from './named-file.js'

/** Plans are never larger: the service accepts less at once. */
const MOST = 64 * 1024 * 1024

/** The text of a saved plan's file. It may contain anything. */
export function planFileText(cli: Cli, file: string): string {
  const path = namedFile(cli, file)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw noSuchFile(cli, file, 'flows plan --out makes one')
  if (!found.isFile()) throw badUsage(`${file} is ${found.isDirectory() ? 'a folder' : 'not a plain file'}`)
  if (found.size > MOST) throw badUsage(`${file} is too large for a plan`)
  return readFileSync(path, 'utf8')
}
