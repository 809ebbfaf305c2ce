import { dirname, resolve } from 'node:path'
import { badUsage } from '../../app/failure.js'
import { followedIfInside, isLink, LinkOutside } from '../../files/inside.js'
import { printable } from '../../text/text.js'
import type { Cli } from '../program/command.js'
import { nearestConfig } from './project.js'

/**
 * The real place of a file or folder named on the command line, by the rule for links in files/inside.ts. It need not
 * exist. The project is the one that the command works on, else the current folder. Throws Failure.
 */
export function namedFile(cli: Cli, given: string): string {
  const { cwd } = cli.terminal
  const config = nearestConfig(cli)
  try {
    return followedIfInside(config === undefined ? cwd : dirname(config), resolve(cwd, given))
  } catch (error) {
    if (error instanceof LinkOutside) throw linkRefused(given)
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOTDIR') throw badUsage(`${printable(given)} is in a file, not in a folder`)
    if (code === 'ELOOP') throw badUsage(`${printable(given)} is a link that leads round in a circle`)
    throw error
  }
}

/** The failure for a missing file; `hint` says what makes one. */
export function noSuchFile(cli: Cli, given: string, hint?: string) {
  if (!isLink(resolve(cli.terminal.cwd, given))) return badUsage(`there is no file ${printable(given)}`, hint)
  return badUsage(`${printable(given)} is a link that leads nowhere: what it names is not there`, hint)
}

export function linkRefused(given: string) {
  return badUsage(
    `${printable(given)} is a link that leads out of the project: it is not opened`,
    'name what it leads to, or remove the link',
  )
}
