/** Limit of answers of 1xx, such as "103 Early Hints", before the real one. */
export const MOST_INTERIM_ANSWERS = 16

/** Call the result for every interim answer of one request. Beyond the limit, each call calls `tooMany`. */
export function interimCounter(tooMany: () => void): () => void {
  let count = 0
  return () => {
    count += 1
    if (count > MOST_INTERIM_ANSWERS) tooMany()
  }
}
