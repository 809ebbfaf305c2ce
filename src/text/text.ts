import stringWidth from 'string-width'
import { hideApiKeys } from '../model/api-key.js'
import { escaped, escapeHidden } from './hidden-characters.js'

/**
 * Makes text from a definition or the service safe to show. Control characters, and marks that reorder text on screen,
 * become escapes, so no name can move the cursor or hide what a line says. API keys are cut down to their prefix.
 */
export function printable(text: string): string {
  return escapeHidden(hideApiKeys(text).replace(CONTROL, escaped))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g

/** The same in JSON, where line breaks are those between its members. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const BESIDE_LINE_BREAKS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g

/** JSON that is safe to show: the same value, with escapes also for what JSON itself would let through. */
export function printableJson(value: unknown): string {
  return `${escapeHidden(hideApiKeys(JSON.stringify(value, null, 2)).replace(BESIDE_LINE_BREAKS, escaped))}\n`
}

/** JSON that is read back: exactly this value, with nothing cut down. Only invisible characters become escapes. */
export function exactJson(value: unknown): string {
  return `${escapeHidden(JSON.stringify(value, null, 2).replace(BESIDE_LINE_BREAKS, escaped))}\n`
}

/** A value of a flow, on one line: strings quoted, sets in brackets, absence as "unset". */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return 'unset'
  if (Array.isArray(value)) return `[${value.map((item) => printable(String(item))).join(', ')}]`
  return typeof value === 'string' ? printable(JSON.stringify(value)) : String(value)
}

/** Unix seconds for people, the same in every time zone: "2026-11-20 10:02 UTC". */
export function formatTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** "240 ms", "1.4 s". */
export function formatDuration(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`
}

/** "1 session", "2 sessions". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** Pads by visible width: text may contain colour codes, which take no room. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - visibleWidth(text)))
}

/** Columns that a text takes on a terminal: two for a wide character, none for a combining mark or a colour. */
export function visibleWidth(text: string): number {
  return isPlain(text) ? text.length : stringWidth(text)
}

/** Nearly all text is plain; then nothing has to be looked up. */
function isPlain(text: string): boolean {
  return /^[ -~]*$/.test(text)
}

/** The text, cut to `most` characters if longer; whole characters only. API keys are cut to their prefix first. */
export function clip(whole: string, most: number): string {
  const text = hideApiKeys(whole)
  if (text.length <= most) return text
  return `${text.slice(0, most - 1).replace(/\p{Surrogate}$/u, '')}…`
}
