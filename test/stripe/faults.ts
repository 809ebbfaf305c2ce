import { aGate } from '../helpers/gate.js'
import { oneOf, type Random } from './random.js'

/** What goes wrong with a request. */
export type Fault =
  /** The connection breaks before anything is done. */
  | 'reset-before'
  /** Nothing is done, and no answer ever comes. */
  | 'silent-before'
  /** 429 of the rate limiter: nothing is done, and nothing remembered under the key. */
  | 'rate-limited'
  /** 429 because the object is locked: nothing is done. */
  | 'locked'
  /** 503 with a page in HTML, from before Stripe's API: nothing is done. */
  | 'unavailable'
  /** 500; nothing is done, and the answer is remembered under the key. */
  | 'failed'
  /** 500 although it is done; the answer is remembered under the key. */
  | 'failed-after'
  /** It is done, and the connection breaks before the answer. */
  | 'reset-after'
  /** It is done, and no answer ever comes. */
  | 'silent-after'
  /** It is done, and the answer comes late. */
  | 'slow'
  /** It is done, and the answer comes when `release` is called. */
  | 'held'
  /** It is under way until `release` is called: nothing is done yet, and the key is in use. */
  | 'stuck'

interface Planned {
  readonly fault: Fault | undefined
  readonly endpoint: string | undefined
}

interface Chance {
  readonly random: Random
  /** From 0 to 1. */
  readonly share: number
  readonly faults: readonly Fault[]
  readonly endpoint?: string
}

/** Which requests go wrong, and how: those planned one by one, then by chance. */
export class Faults {
  /** How long a slow answer takes, in milliseconds. */
  delay = 100
  /** How many requests went wrong in each way. */
  readonly met = new Map<Fault, number>()
  #planned: Planned[] = []
  #chance: Chance | undefined
  #gate = aGate()

  /** The next request goes wrong; or the next one to an endpoint: "POST /v1/identity/verification_sessions/:id/cancel". */
  next(fault: Fault, endpoint?: string): void {
    this.#planned.push({ fault, endpoint })
  }

  /** The next request goes well, whatever is planned after it. */
  pass(endpoint?: string): void {
    this.#planned.push({ fault: undefined, endpoint })
  }

  /** From now on, a share of the requests that nothing is planned for goes wrong. */
  byChance(chance: Chance): void {
    this.#chance = chance
  }

  /** From now on, all goes well. */
  none(): void {
    this.#planned = []
    this.#chance = undefined
    this.release()
  }

  /** Lets go what is held or stuck. */
  release(): void {
    this.#gate.open()
    this.#gate = aGate()
  }

  get released(): Promise<void> {
    return this.#gate.opened
  }

  /** What becomes of a request that has just come. */
  of(endpoint: string): Fault | undefined {
    const at = this.#planned.findIndex((planned) => planned.endpoint === undefined || planned.endpoint === endpoint)
    const fault = at === -1 ? this.#drawn(endpoint) : this.#planned.splice(at, 1)[0]?.fault
    if (fault !== undefined) this.met.set(fault, (this.met.get(fault) ?? 0) + 1)
    return fault
  }

  #drawn(endpoint: string): Fault | undefined {
    const chance = this.#chance
    if (chance === undefined || (chance.endpoint !== undefined && chance.endpoint !== endpoint)) return undefined
    return chance.random() < chance.share ? oneOf(chance.random, chance.faults) : undefined
  }
}
