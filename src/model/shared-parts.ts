/** Members of a flow that others seldom have too. */
export const MOSTLY_DIFFERENT: readonly string[] = ['name', 'metadata']

/** Above this many different parts, no more are remembered. */
const MOST = 10_000

/**
 * Keeps one of several equal parts of many values. A hundred thousand flows differ in their names and labels, and have few
 * different options: held once for all, those take no memory.
 */
export class SharedParts {
  readonly #known = new Map<string, unknown>()

  /**
   * The same value, in which objects and texts are those of an earlier value where they are equal. `unless`: the members
   * that mostly differ. The value must be new, and nobody may write to it or its parts from then on.
   */
  within<T>(value: T, unless: readonly string[]): T {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
    const members = value as Record<string, unknown>
    for (const name of Object.keys(members)) {
      const part = members[name]
      if (unless.includes(name) || part === null) continue
      if (typeof part === 'object') members[name] = this.#oneObject(part)
      else if (typeof part === 'string') members[name] = this.#one(part, part)
    }
    return value
  }

  #oneObject(part: object): unknown {
    const text = JSON.stringify(part)
    // Looking at every value costs more than the text does, so only where the text can be that of another value.
    return MAY_HIDE_A_NUMBER.test(text) && hidesANumber(part) ? part : this.#one(text, part)
  }

  /** No text of an object is a text that a flow has: that one would begin with a brace. Where it does, it stays its own. */
  #one(text: string, part: unknown): unknown {
    const known = this.#known.get(text)
    if (known !== undefined) return typeof known === typeof part ? known : part
    if (this.#known.size < MOST) this.#known.set(text, part)
    return part
  }
}

/** JSON writes null for NaN and the infinities, and 0 for -0. */
const MAY_HIDE_A_NUMBER = /[:[,](?:null|0)[,\]}]/

function hidesANumber(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value) || Object.is(value, -0)
  return value !== null && typeof value === 'object' && Object.values(value).some(hidesANumber)
}
