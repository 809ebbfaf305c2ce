import { stringify } from 'yaml'
import { isObject } from '../../model/json.js'
import { escaped, escapeHiddenInYaml, hasHidden } from '../../text/hidden-characters.js'

/** How to spell a value at its place. */
export interface Spelling {
  /** Inside [ ] or { }, where a comma ends plain text. */
  readonly inFlow: boolean
  /** Spelled like JSON, with every text in double quotes. */
  readonly isJson?: boolean
  /** The earlier quotes of this text, in the terms of the YAML library. */
  readonly quotes?: 'PLAIN' | 'QUOTE_DOUBLE' | 'QUOTE_SINGLE' | undefined
}

/** A value on one line. */
export function inlineText(value: unknown, spelling: Spelling): string {
  if (Array.isArray(value))
    return `[${value.map((item) => inlineText(item, { ...spelling, inFlow: true })).join(', ')}]`
  if (!isObject(value)) return scalarText(value, spelling)
  const members = Object.entries(value).map(
    ([name, member]) => `${keyText(name, spelling)}: ${inlineText(member, { ...spelling, inFlow: true })}`,
  )
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

function scalarText(value: unknown, { inFlow, isJson = false, quotes = 'PLAIN' }: Spelling): string {
  if (typeof value !== 'string') return String(value)
  // On one line, only double quotes can hold a line feed or show hidden characters.
  if (isJson || quotes === 'QUOTE_DOUBLE' || CONTROL.test(value) || hasHidden(value)) return doubleQuoted(value)
  if (quotes === 'QUOTE_SINGLE') return `'${value.replaceAll("'", "''")}'`
  const written = stringify({ k: value }, { lineWidth: 0, ...(inFlow && { collectionStyle: 'flow' }) })
  return inFlow ? written.slice('{ k: '.length, -' }\n'.length) : written.slice('k: '.length, -'\n'.length)
}

/** A member's name, in quotes if its siblings are quoted or if YAML would read something else. */
export function keyText(name: string, { isJson = false }: Pick<Spelling, 'isJson'>): string {
  const isPlain = /^[A-Za-z_][\w.-]*$/.test(name) && !/^(?:true|false|null)$/i.test(name)
  return isPlain && !isJson ? name : doubleQuoted(name)
}

/** JSON strings are valid in YAML's double quotes, except for control characters that JSON leaves as they are. */
function doubleQuoted(text: string): string {
  return escapeHiddenInYaml(JSON.stringify(text)).replace(/[\u007f-\u009f]/g, escaped)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL_IN_BLOCK = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/

/** A member of a block mapping, on as many lines as the standard layout needs, without line ends. */
export function memberLines(path: readonly string[], value: unknown, indent: string, isJson = false): string[] {
  const key = `${indent}${keyText(path.at(-1) ?? '', { isJson })}:`
  const line = `${key} ${inlineText(value, { inFlow: false, isJson })}`
  if (!isObject(value) || fitsOneLine(path, value, line)) return [line]
  return [
    key,
    ...Object.entries(value).flatMap(([name, member]) => memberLines([...path, name], member, `${indent}  `, isJson)),
  ]
}

/** The longest line in characters; longer lines of the author stay. */
export const WIDTH = 100

/** In the standard layout, the switches of one check share a line; those of a document are below each other. */
function fitsOneLine(path: readonly string[], value: Record<string, unknown>, line: string): boolean {
  if (Object.keys(value).length === 0) return true
  if (line.length > WIDTH || path.length === 0 || path.at(-1) === 'environments' || isEnvironment(path)) return false
  const isSmall = path.at(-1) !== 'document' && !Object.values(value).some(isObject)
  // An overlay with one field takes one line.
  return isSmall || (path[0] === 'environments' && leafCount(value) === 1)
}

function isEnvironment(path: readonly string[]): boolean {
  return path.length === 2 && path[0] === 'environments'
}

function leafCount(value: unknown): number {
  return isObject(value) ? Object.values(value).reduce<number>((sum, member) => sum + leafCount(member), 0) : 1
}

/**
 * A text as a block of lines, as the author had it; undefined if the block would say something else. Starts with the
 * header and ends with a line feed.
 */
export function blockScalarText(value: string, indent: string): string | undefined {
  const body = value.replace(/\n$/, '')
  const lines = body.split('\n')
  const isSafe =
    body !== '' && !/^[ \t]/.test(body) && !/\s$/.test(body) && !CONTROL_IN_BLOCK.test(body) && !hasHidden(body)
  if (!isSafe) return undefined
  const written = lines.map((line) => (line === '' ? '' : `${indent}${line}`)).join('\n')
  return `|${value.endsWith('\n') ? '' : '-'}\n${written}\n`
}
