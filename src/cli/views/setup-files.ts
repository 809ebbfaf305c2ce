import { join, relative, sep } from 'node:path'
import { createTwoFilesPatch } from 'diff'
import type { StuckJobs } from '../../app/setup/jobs.js'
import { madeBy } from '../../app/setup/made-file.js'
import { type Fate, isWritten, LinksOut } from '../../app/setup/renewal.js'
import type { Repository } from '../../app/setup/repository.js'
import { printable } from '../../text/text.js'
import { linkRefused } from '../options/named-file.js'
import type { Cli } from '../program/command.js'
import type { Terminal } from '../program/terminal.js'

const WORDS: Readonly<Record<Fate['fate'], string>> = {
  made: 'made',
  changed: 'changed',
  renewed: 'renewed',
  same: 'kept',
  kept: 'kept',
  edited: 'kept',
  newer: 'kept',
}

/** A line for each file: what was done to it. Their paths are shown from where `shown` leads. */
export function sayFates({ talk }: Terminal, fates: readonly Fate[], shown: (path: string) => string): void {
  for (const one of fates) talk(`${WORDS[one.fate]}  ${printable(shown(one.path))}${whyKept(one)}\n`)
}

function whyKept(fate: Fate): string {
  if (fate.fate === 'edited') return '  (edited since it was made here: --overwrite renews it all the same)'
  return fate.fate === 'newer' ? `  (${byNewer(fate)}: install that, or a newer one)` : ''
}

function byNewer({ before }: Fate): string {
  return `verification-flows ${printable(madeBy(before)?.version ?? '')} made it, which is newer than this program`
}

/** Jobs that cannot be renewed, and what to do about them. */
export function sayStuck({ talk }: Terminal, stuck: readonly StuckJobs[], shown: (path: string) => string): void {
  for (const { path, why, mend } of stuck) {
    talk(`kept  ${printable(shown(path))}  (${printable(why)}: ${printable(mend)})\n`)
  }
}

/** What is to change in files that are there, as a unified diff; a file that is to be made is only named. */
export function fatesDiff(fates: readonly Fate[], { red, green, bold }: Terminal['palette']): string {
  return fates
    .filter(({ fate }) => isWritten(fate) || fate === 'edited' || fate === 'newer')
    .map((one) => {
      const { path, fate, before, after } = one
      if (fate === 'made') return `${bold(`to make  ${printable(path)}`)}\n`
      if (fate === 'newer') return `${bold(`newer  ${printable(path)}, and left as it is: ${byNewer(one)}`)}\n`
      const patch = createTwoFilesPatch(path, path, plain(before), plain(after), '', '', { context: 2 })
      const lines = patch
        .slice(patch.indexOf('\n@@') + 1)
        .split('\n')
        .map(printable)
      const coloured = lines.map((line) =>
        line.startsWith('-') ? red(line) : line.startsWith('+') ? green(line) : line,
      )
      const head =
        fate === 'edited'
          ? `edited  ${printable(path)}, and left as it is: --overwrite renews it`
          : `to renew  ${printable(path)}`
      return `${bold(head)}\n${coloured.join('\n')}`
    })
    .join('\n')
}

/** A path of a repository as somebody in the current folder writes it. */
export function shownPath({ terminal }: Cli, { root }: Repository, path: string): string {
  return relative(terminal.cwd, join(root, path)).split(sep).join('/')
}

/** The same failure as everywhere where a file is a link that leads out. */
export function refusingLinks<T>(work: () => T, shown: (path: string) => string): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof LinksOut ? linkRefused(shown(error.path)) : error
  }
}

function plain(text: string): string {
  return text.replaceAll('\r\n', '\n')
}
