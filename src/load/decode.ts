import { isUtf8 } from 'node:buffer'
import type { Diagnostic } from '../model/diagnostic.js'

/** The text of a file without its byte-order mark, or what is wrong with its bytes. */
export function decode(file: string, bytes: Buffer): { text: string } | { fault: Diagnostic } {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  if (!utf16 && isUtf8(bytes)) {
    const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
    return { text: bytes.toString('utf8', marked ? 3 : 0) }
  }
  return {
    fault: {
      severity: 'error',
      code: 'FILE_NOT_UTF8',
      message: utf16 ? 'the file is UTF-16, not UTF-8' : 'the byte here is not UTF-8 text',
      hint: 'save the file with the encoding UTF-8',
      at: { file, ...(utf16 ? { line: 1, column: 1 } : placeOf(firstBadByte(bytes), bytes)) },
    },
  }
}

/** End of the longest well-formed prefix. */
function firstBadByte(bytes: Buffer): number {
  let at = 0
  for (;;) {
    const length = sequenceLength(bytes, at)
    if (length === 0) return at
    at += length
  }
}

/** Length in bytes of the character that begins here; 0 if none does (RFC 3629, section 4). */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at]
  if (first === undefined) return 0
  if (first < 0x80) return 1
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  return length > 0 && isUtf8(bytes.subarray(at, at + length)) && at + length <= bytes.length ? length : 0
}

function placeOf(offset: number, bytes: Buffer): { line: number; column: number } {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const before = bytes.toString('utf8', marked ? 3 : 0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: before.length - lineStart + 1 }
}
