import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import { interimCounter, MOST_INTERIM_ANSWERS } from './interim-answers.js'

/** Too many interim answers in a row without a real one. */
export class TooManyInterimAnswers extends Error {
  override readonly name = 'TooManyInterimAnswers'

  constructor() {
    super(`it sends more than ${MOST_INTERIM_ANSWERS} interim answers (1xx) before a real one: is the address right?`)
  }
}

/** The used part of the messages of `undici:request:create` and `undici:request:headers`. */
interface Told {
  readonly request: object
  readonly response?: { readonly statusCode: number }
}

/** The counter of the current fetch. */
const counting = new AsyncLocalStorage<() => void>()
const counts = new WeakMap<object, () => void>()
let isListening = false

/**
 * Calls `tooMany` once `fetching` got too many interim answers before a real one. fetch does not show its interim
 * answers. The channels do, both for Node's own fetch and for the library's.
 */
export function boundInterimAnswers<T>(fetching: () => Promise<T>, tooMany: () => void): Promise<T> {
  if (!isListening) listen()
  isListening = true
  return counting.run(interimCounter(tooMany), fetching)
}

function listen(): void {
  // The request is created in the caller's context. Its headers come from a connection, which may be older.
  subscribe('undici:request:create', (message) => {
    const count = counting.getStore()
    if (count !== undefined) counts.set((message as Told).request, count)
  })
  subscribe('undici:request:headers', (message) => {
    const { request, response } = message as Told
    if (response !== undefined && response.statusCode < 200) counts.get(request)?.()
  })
}
