import { setTimeout as sleep } from 'node:timers/promises'
import { type Exchange, exchange } from './exchange.js'

/** All that a reader has: it cannot write, because nothing here sends anything but GET. */
export interface ReadTransport {
  /** Path and query, from the root. `known` is the tag of an answer that is still at hand. */
  get(path: string, known?: string): Promise<Exchange>
}

const RETRIES = 2
const FIRST_WAIT = 250
const TIMEOUT = 60_000

/** Tries again after a network failure or a fault of the service, unless there is a limit to the patience. */
export function readTransport(origin: string, apiKey: string, patience?: number): ReadTransport {
  return {
    async get(path, known) {
      for (let attempt = 0; ; attempt += 1) {
        const received = await exchange(origin + path, {
          method: 'GET',
          headers: {
            accept: 'application/json',
            authorization: `Bearer ${apiKey}`,
            ...(known !== undefined && { 'if-none-match': known }),
          },
          signal: AbortSignal.timeout(patience ?? TIMEOUT),
        })
        if (patience !== undefined || attempt === RETRIES || !mayPass(received)) return received
        await sleep(FIRST_WAIT * 2 ** attempt)
      }
    },
  }
}

/** Whether the same request may well succeed a little later. */
function mayPass(received: Exchange): boolean {
  return 'fault' in received || received.status >= 500
}
