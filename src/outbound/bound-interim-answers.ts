import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import { interimCounter, MOST_INTERIM_ANSWERS } from './interim-answers.js'

/** One interim answer after the other, and none that counts. */
export class TooManyInterimAnswers extends Error {
  override readonly name = 'TooManyInterimAnswers'

  constructor() {
    super(`it sends more than ${MOST_INTERIM_ANSWERS} interim answers (1xx) before a real one: is the address right?`)
  }
}

/** What `undici:request:create` and `undici:request:headers` tell, as far as it is used here. */
interface Told {
  readonly request: object
  readonly response?: { readonly statusCode: number }
}

/** Of whoever fetches at the moment. */
const counting = new AsyncLocalStorage<() => void>()
const counts = new WeakMap<object, () => void>()
let isListening = false

/**
 * Calls `tooMany` once `fetching` has been answered too often without an answer that counts. fetch itself shows nobody its
 * interim answers; the channels tell of them, of Node's own fetch and of the library's alike.
 */
export function boundInterimAnswers<T>(fetching: () => Promise<T>, tooMany: () => void): Promise<T> {
  if (!isListening) listen()
  isListening = true
  return counting.run(interimCounter(tooMany), fetching)
}

function listen(): void {
  // A request is made where it was asked for. Its headers come from a connection, which may be older than that.
  subscribe('undici:request:create', (message) => {
    const count = counting.getStore()
    if (count !== undefined) counts.set((message as Told).request, count)
  })
  subscribe('undici:request:headers', (message) => {
    const { request, response } = message as Told
    if (response !== undefined && response.statusCode < 200) counts.get(request)?.()
  })
}
