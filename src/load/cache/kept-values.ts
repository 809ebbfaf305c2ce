/** The length of a SHA-256 in hex. */
const HASH = 64
const LINE_BREAK = 0x0a
/** How many lines a piece has. */
const PIECE = 1_000

/**
 * Values by the hash of the file that says them, kept as text: a line with the program's fingerprint, then a line for each
 * value. Each is parsed when it is asked for, so that a hundred thousand are not in memory to use one after the other.
 */
export class KeptValues {
  readonly #lines: Buffer
  /** Where the value of a hash begins. */
  readonly #places = new Map<string, number>()

  /** Lines of another program have no values. */
  constructor(lines: Buffer | null, fingerprint: string) {
    this.#lines = lines ?? Buffer.alloc(0)
    const first = this.#lines.indexOf(LINE_BREAK)
    if (this.#lines.toString('latin1', 0, Math.max(0, first)) !== fingerprint) return
    let start = first + 1
    for (let end = this.#endOf(start); end !== -1; end = this.#endOf(start)) {
      this.#places.set(this.#lines.toString('latin1', start, start + HASH), start + HASH)
      start = end + 1
    }
  }

  get size(): number {
    return this.#places.size
  }

  has(hash: string): boolean {
    return this.#places.has(hash)
  }

  /** A new value with every call. Throws if there is none. */
  get(hash: string): unknown {
    const start = this.#places.get(hash)
    if (start === undefined) throw new Error('no value was kept for this file')
    return JSON.parse(this.#lines.toString('utf8', start, this.#endOf(start)))
  }

  #endOf(start: number): number {
    return this.#lines.indexOf(LINE_BREAK, start)
  }
}

/** The same values as bytes, piece by piece. */
export function* linesOf(fingerprint: string, values: ReadonlyMap<string, unknown>): Generator<Buffer> {
  yield Buffer.from(`${fingerprint}\n`)
  let lines: string[] = []
  for (const [hash, value] of values) {
    // JSON has no line break of its own, and no word for a file without a value.
    lines.push(`${hash}${JSON.stringify(value ?? null)}\n`)
    if (lines.length < PIECE) continue
    yield Buffer.from(lines.join(''))
    lines = []
  }
  yield Buffer.from(lines.join(''))
}
