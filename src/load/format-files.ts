import type { Diagnostic } from '../model/diagnostic.js'
import { decode } from './decode.js'
import { readBounded } from './discover.js'
import { formatDefinition } from './format.js'

export interface FormattedFile {
  /** Relative to the configuration file, with forward slashes. */
  readonly file: string
  /** The text as it should be; undefined where it cannot be read, and for a text that is as it should be. */
  readonly text?: string
  readonly diagnostics: readonly Diagnostic[]
}

/** What the standard layout would make of each file. Writes nothing. */
export function formatFiles(root: string, files: readonly string[]): FormattedFile[] {
  return files.map((file) => {
    const read = readBounded(root, file)
    if ('fault' in read) return { file, diagnostics: [read.fault] }
    const decoded = decode(file, read.bytes)
    if ('fault' in decoded) return { file, diagnostics: [decoded.fault] }
    const formatted = formatDefinition(file, decoded.text)
    if ('diagnostics' in formatted) return { file, diagnostics: formatted.diagnostics }
    return { file, diagnostics: [], ...(formatted.text !== decoded.text && { text: formatted.text }) }
  })
}
