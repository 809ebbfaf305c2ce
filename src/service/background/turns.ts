import { setImmediate as immediate } from 'node:timers/promises'

/**
 * Gives out turns of the event loop, one per call. The embedded store writes within the turn in which it is called, and
 * an attempt may end without any input or output. Without turns, a long backlog would run in one go and block all
 * requests.
 */
export function turns(): () => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  return () => {
    last = last.then(() => immediate())
    return last
  }
}
