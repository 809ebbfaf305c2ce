import stringWidth from 'string-width'
import { hideApiKeys } from '../model/api-key.js'
import { escaped, escapeHidden } from './hidden-characters.js'

/**
 * Text from a definition or the service, safe to show: control characters, and the marks that reorder text on screen,
 * are written as escapes, so that no name can move the cursor or hide what a line says. API keys are cut down to their
 * prefix, wherever somebody put one.
 */
export function printable(text: string): string {
  return escapeHidden(hideApiKeys(text).replace(CONTROL, escaped))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g

/** JSON that is safe to show: the same value, with what JSON itself would let through written as escapes. */
export function printableJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2).split('\n').map(printable).join('\n')}\n`
}

/** JSON that is read back: the very value, and nothing cut down; only what is hidden to the eye is written as escapes. */
export function exactJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2)
  return `${text
    .split('\n')
    .map((line) => escapeHidden(line.replace(CONTROL, escaped)))
    .join('\n')}\n`
}

/** A value of a flow, on one line: strings quoted, sets in brackets, absence as "unset". */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return 'unset'
  if (Array.isArray(value)) return `[${value.map((item) => printable(String(item))).join(', ')}]`
  return typeof value === 'string' ? printable(JSON.stringify(value)) : String(value)
}

/** Unix seconds as people read them, the same in every time zone: "2026-11-20 10:02 UTC". */
export function formatTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** "1 session", "2 sessions". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** Pads by what is seen: text may hold colour codes, which take no room. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - visibleWidth(text)))
}

/** Columns of a terminal that a text takes: two for a wide character, none for a mark upon another or a colour. */
export function visibleWidth(text: string): number {
  return isPlain(text) ? text.length : stringWidth(text)
}

/** Nearly all is: then nothing needs to be looked up. */
function isPlain(text: string): boolean {
  return /^[ -~]*$/.test(text)
}

/** The text, cut to so many characters if it is longer; whole characters only. Of an API key no part is left. */
export function clip(whole: string, most: number): string {
  const text = hideApiKeys(whole)
  if (text.length <= most) return text
  return `${text.slice(0, most - 1).replace(/\p{Surrogate}$/u, '')}…`
}
