/** Answers of 1xx, such as "103 Early Hints", before the one that counts. */
export const MOST_INTERIM_ANSWERS = 16

/** What to call for every interim answer of one request: beyond the most, `tooMany` is called each time. */
export function interimCounter(tooMany: () => void): () => void {
  let count = 0
  return () => {
    count += 1
    if (count > MOST_INTERIM_ANSWERS) tooMany()
  }
}
