import type { Clock } from './clock.js'
import { Refusal } from './refusal.js'

export interface Answer {
  readonly status: number
  readonly body: unknown
}

interface Kept {
  readonly request: string
  readonly at: number
  answer: Answer | undefined
}

const DAY = 24 * 60 * 60

/** What became of requests that carried a key, by mode: forgotten after a day. */
export class Idempotency {
  readonly #kept = new Map<string, Kept>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The answer of before, or undefined if the request is to be done now. */
  begin(mode: string, key: string, request: string): Answer | undefined {
    if (key.length > 255) throw new Refusal(400, { message: 'Idempotency keys have at most 255 characters.' })
    const name = `${mode} ${key}`
    const before = this.#kept.get(name)
    if (before === undefined || this.#clock.now - before.at >= DAY) {
      this.#kept.set(name, { request, at: this.#clock.now, answer: undefined })
      return undefined
    }
    if (before.request !== request) {
      const message = `Keys for idempotent requests can only be used with the same parameters they were first used with (key '${key}').`
      throw new Refusal(400, { type: 'idempotency_error', message })
    }
    if (before.answer !== undefined) return before.answer
    const message = 'There is currently another in-progress request using this key.'
    throw new Refusal(409, { code: 'idempotency_key_in_use', message })
  }

  end(mode: string, key: string, answer: Answer): void {
    const kept = this.#kept.get(`${mode} ${key}`)
    if (kept !== undefined) kept.answer = answer
  }
}
