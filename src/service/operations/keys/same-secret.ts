import { timingSafeEqual } from 'node:crypto'

/** Whether both are the same text, in a time that does not depend on where they differ. */
export function isSameSecret(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}
