import { setImmediate as immediate } from 'node:timers/promises'

/**
 * Gives out turns of the event loop, one to each who asks. The embedded store writes within the turn in which it is asked,
 * and an attempt may end without any input or output: a long backlog would otherwise be done without end in one turn, and
 * no request would be answered meanwhile.
 */
export function turns(): () => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  return () => {
    last = last.then(() => immediate())
    return last
  }
}
