import type { Diagnostic } from '../model/diagnostic.js'
import { decode } from './decode.js'
import { readBounded } from './discover.js'
import type { Formatted } from './format.js'

export interface FormattedFile {
  /** Relative to the configuration file, with forward slashes. */
  readonly file: string
  /** The text as it should be; undefined if the file is unreadable or already right. */
  readonly text?: string
  readonly diagnostics: readonly Diagnostic[]
}

/** What the standard layout makes of each file. Writes nothing. */
export function formatFiles(
  root: string,
  files: readonly string[],
  format: (file: string, text: string) => Formatted,
): FormattedFile[] {
  return files.map((file) => {
    const read = readBounded(root, file)
    if ('fault' in read) return { file, diagnostics: [read.fault] }
    const decoded = decode(file, read.bytes)
    if ('fault' in decoded) return { file, diagnostics: [decoded.fault] }
    const formatted = format(file, decoded.text)
    if ('diagnostics' in formatted) return { file, diagnostics: formatted.diagnostics }
    // Compare bytes, because the text no longer has its byte-order mark.
    const tidy = read.bytes.equals(Buffer.from(formatted.text))
    return { file, diagnostics: [], ...(!tidy && { text: formatted.text }) }
  })
}
