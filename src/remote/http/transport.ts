import { setTimeout as sleep } from 'node:timers/promises'
import { isFinal } from '../../outbound/fault-text.js'
import { type Exchange, exchange } from './exchange.js'
import { waitAfter } from './slow-down.js'

/** All that a reader gets. It cannot write, because only GET is sent here. */
export interface ReadTransport {
  /** Path and query, from the root. `known` is the tag of an earlier answer that the caller still has. */
  get(path: string, known?: string): Promise<Exchange>
}

export interface Patience {
  /** How long a read may take, in milliseconds. With it there is only one attempt. */
  readonly patience?: number
  /** Called at most once, when an answer has not begun after a few seconds. */
  readonly onSilence?: () => void
}

const RETRIES = 2
const FIRST_WAIT = 250
/** In milliseconds, from the first attempt to the start of an answer, including the waits. */
const LONGEST = 30_000
/** In milliseconds, for an answer that has begun: a large one over a slow line takes long. */
const LONGEST_ANSWER = 60_000
const SILENCE = 3000

/**
 * Unless `patience` is given, tries again after a network failure or a fault of the service, and whenever the service
 * asks to slow down.
 */
export function readTransport(origin: string, apiKey: string, { patience, onSilence }: Patience = {}): ReadTransport {
  let isSilenceTold = false
  const silent = () => {
    if (!isSilenceTold) onSilence?.()
    isSilenceTold = true
  }
  return {
    async get(path, known) {
      const end = Date.now() + (patience ?? LONGEST)
      for (let attempt = 0; ; ) {
        const received = await exchangeUntil(end, origin + path, silent, {
          accept: 'application/json',
          authorization: `Bearer ${apiKey}`,
          ...(known !== undefined && { 'if-none-match': known }),
        })
        if (patience !== undefined) return received
        let wait = waitAfter(received)
        if (wait === undefined) {
          if (attempt === RETRIES || !mayPass(received)) return received
          wait = FIRST_WAIT * 2 ** attempt
          attempt += 1
        }
        if (Date.now() + wait >= end) return received
        await sleep(wait)
      }
    },
  }
}

/** Gives up at `end` if no answer has begun. */
async function exchangeUntil(
  end: number,
  url: string,
  silent: () => void,
  headers: Record<string, string>,
): Promise<Exchange> {
  const over = new AbortController()
  const giveUp = () => over.abort(new DOMException('no answer in time', 'TimeoutError'))
  let timer = setTimeout(giveUp, Math.max(0, end - Date.now()))
  const silence = setTimeout(silent, SILENCE)
  try {
    return await exchange(url, {
      method: 'GET',
      headers,
      signal: over.signal,
      begun: () => {
        clearTimeout(silence)
        clearTimeout(timer)
        timer = setTimeout(giveUp, LONGEST_ANSWER)
      },
    })
  } finally {
    clearTimeout(silence)
    clearTimeout(timer)
  }
}

/** Whether the same request may succeed a little later. */
function mayPass(received: Exchange): boolean {
  if ('fault' in received) return !isFinal(received.fault)
  return received.status >= 500
}
