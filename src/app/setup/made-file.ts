import { createHash } from 'node:crypto'

/** How a file was made: by which command line of which version, and whether somebody edited it since. */
export interface Made {
  readonly command: string
  readonly version: string
  readonly isEdited: boolean
}

/** The line that says it: the first of a YAML file, the second of a schema. */
const MARKS = [
  /^# Made by "(flows ci add [^"\n]*)" of verification-flows (\S+), ([0-9a-f]{16})\. .*\n/,
  /(?<=^\{\n) {2}"\$comment": "Made by '(flows schema [^'\n]*)' of verification-flows (\S+), ([0-9a-f]{16})\. .*\n/,
]

/**
 * A YAML file that says in its first line how it was made. The digest of the rest tells whether somebody edited it
 * since: then it is theirs, and is not written over unasked.
 */
export function marked(text: string, command: string, version: string): string {
  return `# Made by "${command}" of verification-flows ${version}, ${digest(text)}. "flows upgrade" renews it.\n${text}`
}

/** The same for a schema, whose text is a JSON object with a line for each field. */
export function markedSchema(text: string, name: string, version: string): string {
  const by = `Made by 'flows schema ${name}' of verification-flows ${version}, ${digest(text)}. 'flows upgrade' renews it.`
  return text.replace(/^\{\n/, (brace) => `${brace}  "$comment": ${JSON.stringify(by)},\n`)
}

/** What a file says of how it was made; undefined if it was not made here. */
export function madeBy(text: string): Made | undefined {
  const { mark, rest } = parted(text)
  if (mark === undefined) return undefined
  const [, command = '', version = '', made] = mark
  return { command, version, isEdited: digest(rest) !== made }
}

/** A file's text without the line that says how it was made. */
export function unmarked(text: string): string {
  return parted(text).rest
}

function parted(text: string): { readonly mark: RegExpExecArray | undefined; readonly rest: string } {
  // git may have given it the line ends of another system.
  const plain = text.replaceAll('\r\n', '\n')
  const mark = MARKS.map((one) => one.exec(plain)).find((found) => found !== null) ?? undefined
  const rest = mark === undefined ? plain : plain.slice(0, mark.index) + plain.slice(mark.index + mark[0].length)
  return { mark, rest }
}

/** Not to keep anybody out: whoever edits the file can edit the line. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
