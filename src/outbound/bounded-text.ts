import { sizeInWords } from './size-in-words.js'

/** The answer is longer than the limit for reading it. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge'

  constructor(most: number) {
    super(`the answer is larger than ${sizeInWords(most)}: no real one is`)
  }
}

/** The text of an answer of at most `most` bytes, counted as they come: an endless answer cannot fill memory. */
export async function boundedText(body: AsyncIterable<Uint8Array> | null, most: number): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  // Throwing out of the loop cancels the answer, and with it the connection.
  for await (const part of body ?? []) {
    size += part.byteLength
    if (size > most) throw new AnswerTooLarge(most)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
