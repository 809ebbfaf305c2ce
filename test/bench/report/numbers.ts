export function median(numbers: readonly number[]): number {
  return percentile(numbers, 0.5)
}

/** The number below which `share` of them lie. NaN if there are none. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
