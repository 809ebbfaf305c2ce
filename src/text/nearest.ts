/**
 * The candidate that the author of `word` most likely meant, or undefined if none is near. Case, hyphens and
 * underscores do not count: `allowedTypes` and `allowed-types` are both near `allowed_types`.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const folded = fold(word)
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    const other = fold(candidate)
    const bound = Math.max(1, Math.floor(Math.max(folded.length, other.length) / 3))
    // A word much longer than the candidate cannot be near it. This also bounds the cost of absurd input.
    if (Math.abs(folded.length - other.length) > bound) continue
    const distance = editDistance(folded, other)
    if (distance <= bound && distance < least) {
      best = candidate
      least = distance
    }
  }
  return best
}

/** "did you mean ...?" if a candidate is near, else the list of all of them. */
export function suggest(word: string, candidates: readonly string[], all: string): string {
  const near = nearest(word, candidates)
  return near === undefined ? `${all}: ${candidates.join(', ')}` : `did you mean "${near}"?`
}

function fold(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, '')
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, at(beforeLast, j - 2) + 1)
      }
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
