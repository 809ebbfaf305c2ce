import { randomBytes } from 'node:crypto'

/**
 * Makes ids: prefix, then 24 characters of 0-9 and a-z, so that every store sorts them alike. Ids of one maker grow.
 * Ids of several processes are in order of time to the millisecond, as far as their clocks agree. If that is not
 * enough, give `after`, an id of any prefix and maker: the new id and all later ones of this maker are greater.
 */
export type IdMaker = (prefix: string, after?: string) => string

const MOST_IN_ONE_MILLISECOND = 36 ** 3

export function idMaker(clock: () => number = Date.now): IdMaker {
  let last = 0
  let sequence = 0
  return (prefix, after) => {
    const now = clock()
    const [, time = '', place = ''] = (after && /_([0-9a-z]{9})([0-9a-z]{3})[0-9a-z]{12}$/.exec(after)) || []
    if (time !== '' && time + place > base36(last, 9) + base36(sequence, 3)) {
      last = Number.parseInt(time, 36)
      sequence = Number.parseInt(place, 36)
    }
    sequence += 1
    // While the clock stands still or goes back, the sequence goes on; a full sequence takes the next millisecond.
    if (now > last) {
      last = now
      sequence = 0
    } else if (sequence === MOST_IN_ONE_MILLISECOND) {
      last += 1
      sequence = 0
    }
    return `${prefix}_${base36(last, 9)}${base36(sequence, 3)}${randomText(12)}`
  }
}

/** Random characters of 0-9 and a-z, 5.17 bits each. */
export function randomText(length: number): string {
  let text = ''
  while (text.length < length) {
    const byte = randomByte()
    // 252 is the largest multiple of 36 in a byte: taking only bytes below it makes all characters equally likely.
    if (byte < 252) text += (byte % 36).toString(36)
  }
  return text
}

let pool: Uint8Array = new Uint8Array(0)
let used = 0

/** Fetched in thousands: asking the system for a few at a time would be the main cost of a large deployment's ids. */
function randomByte(): number {
  if (used === pool.length) {
    pool = randomBytes(4096)
    used = 0
  }
  used += 1
  return pool[used - 1] ?? 0
}

function base36(value: number, width: number): string {
  return value.toString(36).padStart(width, '0')
}
