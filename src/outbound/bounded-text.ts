import { sizeInWords } from './size-in-words.js'

/** An answer that goes on beyond what was to be read of it. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge'

  constructor(most: number) {
    super(`the answer is larger than ${sizeInWords(most)}: no real one is`)
  }
}

/** The text of an answer, of at most so many bytes: counted as they come, so that one without an end fills no memory. */
export async function boundedText(body: AsyncIterable<Uint8Array> | null, most: number): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  // Leaving the loop by a throw cancels the answer, and with it the connection.
  for await (const part of body ?? []) {
    size += part.byteLength
    if (size > most) throw new AnswerTooLarge(most)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
