import { createHash } from 'node:crypto'

/** How a file was made: by which command line, and whether somebody edited it since. */
export interface Made {
  readonly command: string
  readonly isEdited: boolean
}

const MARK = /^# Made by "(flows ci add [^"\n]*)" of verification-flows (\S+), ([0-9a-f]{16})\. .*\n/

/**
 * A YAML file that says in its first line how it was made. The digest of the rest tells whether somebody edited it
 * since: then it is theirs, and is not written over unasked.
 */
export function marked(text: string, command: string, version: string): string {
  return `# Made by "${command}" of verification-flows ${version}, ${digest(text)}. "flows upgrade" renews it.\n${text}`
}

/** What the first line of a file says; undefined if it was not made here. */
export function madeBy(text: string): Made | undefined {
  // git may have given it the line ends of another system.
  const plain = text.replaceAll('\r\n', '\n')
  const mark = MARK.exec(plain)
  if (mark === null) return undefined
  return { command: mark[1] ?? '', isEdited: digest(plain.slice(mark[0].length)) !== mark[3] }
}

/** Not to keep anybody out: whoever edits the file can edit the line. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
