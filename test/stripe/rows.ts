import type { Row } from './listing.js'

interface Kept {
  readonly id: string
  readonly created: number
}

/** What was there before the stand-in began: made when somebody looks, so that a hundred thousand cost nothing. */
export interface Past<T> {
  readonly count: number
  at(place: number): T
  placeOf(id: string): number | undefined
}

const NO_PAST: Past<never> = {
  count: 0,
  at: () => {
    throw new RangeError('there is no past')
  },
  placeOf: () => undefined,
}

/** Everything of one kind, in the order of its making: first the past, then what came since. */
export class Rows<T extends Kept> implements Row<T> {
  #past: Past<T> = NO_PAST
  readonly #ofPast = new Map<number, T>()
  readonly #since: T[] = []
  readonly #places = new Map<string, number>()

  get length(): number {
    return this.#past.count + this.#since.length
  }

  get newest(): T | undefined {
    return this.length === 0 ? undefined : this.at(this.length - 1)
  }

  /** Before anything else is made. */
  begin(past: Past<T>): void {
    if (this.length > 0) throw new Error('something is there already')
    this.#past = past
  }

  push(one: T): T {
    this.#places.set(one.id, this.#since.length)
    this.#since.push(one)
    return one
  }

  at(place: number): T {
    if (place < this.#past.count) return this.#ofPast.get(place) ?? this.#past.at(place)
    const one = this.#since[place - this.#past.count]
    if (one === undefined) throw new RangeError(`there is no place ${place}`)
    return one
  }

  placeOf(id: string): number | undefined {
    const since = this.#places.get(id)
    return since === undefined ? this.#past.placeOf(id) : this.#past.count + since
  }

  /** By its id, to be read or changed. */
  find(id: string): T | undefined {
    const place = this.placeOf(id)
    if (place === undefined) return undefined
    const one = this.at(place)
    // What is changed stays changed, although the past is made anew each time.
    if (place < this.#past.count) this.#ofPast.set(place, one)
    return one
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let place = 0; place < this.length; place += 1) yield this.at(place)
  }
}
