import { setImmediate as soon } from 'node:timers/promises'

/** Makes something of each item, and lets other requests go first before each: all at once would block them. */
export async function oneByOne<T, R>(items: readonly T[], make: (item: T) => R): Promise<R[]> {
  const made: R[] = []
  for (const item of items) {
    await soon()
    made.push(make(item))
  }
  return made
}
