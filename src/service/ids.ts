import { randomBytes } from 'node:crypto'

/**
 * Makes ids: prefix, then 24 characters of 0-9 and a-z, so that every store orders them alike. Ids made by one maker
 * grow; ids of several processes are in order of time to the millisecond.
 */
export type IdMaker = (prefix: string) => string

const MOST_IN_ONE_MILLISECOND = 36 ** 3

export function idMaker(clock: () => number = Date.now): IdMaker {
  let last = 0
  let sequence = 0
  return (prefix) => {
    const now = clock()
    sequence += 1
    // A clock that stands still or goes back, and more ids than a millisecond has room for, take the next one early.
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
    // 252 is the largest multiple of 36 in a byte: taking only bytes below it makes all characters equally likely.
    for (const byte of randomBytes(length)) if (byte < 252) text += (byte % 36).toString(36)
  }
  return text.slice(0, length)
}

function base36(value: number, width: number): string {
  return value.toString(36).padStart(width, '0')
}
