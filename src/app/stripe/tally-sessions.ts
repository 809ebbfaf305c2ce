import { readCacheFile, writeCacheFile } from '../../load/cache/cache-file.js'
import type { Mode } from '../../model/mode.js'
import { type PageQuery, type SessionReader, StripeReadFailed } from '../../stripe/read-sessions.js'
import { countNewer, countOlder, emptyTally, keptTally, type Tally, tallyFrom } from '../../stripe/tally.js'

export interface Watching {
  readonly reader: SessionReader
  /** Unix seconds: sessions made before are not read. */
  readonly since: number
  readonly memory: TallyMemory
  /** After every page. */
  onPage?(): void
}

/** What is kept between runs, so that one that was interrupted goes on, and the next one reads only what is new. */
export interface TallyMemory {
  recall(): Kept | null
  keep(kept: Kept): void
}

interface Kept {
  readonly tally: Tally
  /** Everything since then was read; null while the first pass is under way. */
  readonly floor: number | null
}

/** Often enough that little is read twice, and seldom enough that writing costs nothing. */
const PAGES_BETWEEN = 5

/**
 * Counts an account's sessions, from the newest back to a time: first what an earlier run left, then what is new. One
 * page is in memory at a time. Throws StripeReadFailed.
 */
export async function tallySessions(watching: Watching): Promise<Tally> {
  const kept = recalled(watching)
  try {
    return await new Pass(watching, kept).run()
  } catch (error) {
    // Another account, or another sandbox: what was kept says nothing about it.
    if (kept !== null && error instanceof StripeReadFailed && error.isUnknownCursor) {
      return new Pass(watching, null).run()
    }
    throw error
  }
}

/** What was kept, unless it ends before the time that is asked for: reading the gap would be for nothing. */
function recalled({ memory, since }: Watching): Kept | null {
  const kept = memory.recall()
  return kept?.tally.newest != null && kept.tally.newest.created < since ? null : kept
}

/** In the cache folder of a project. */
export function memoryIn(root: string, mode: Mode): TallyMemory {
  const file = `stripe-watch-${mode}.json`
  return {
    recall: () => {
      const kept = readCacheFile<Saved>(root, file)
      return kept?.form === FORM ? { tally: tallyFrom(kept.tally), floor: kept.floor } : null
    },
    keep: ({ tally, floor }) => writeCacheFile<Saved>(root, file, { form: FORM, tally: keptTally(tally), floor }),
  }
}

/** Nothing is kept where there is no project. */
export const noMemory: TallyMemory = { recall: () => null, keep: () => {} }

interface Saved {
  /** What another form of it says is not understood, so everything is read again. */
  readonly form: number
  readonly tally: unknown
  readonly floor: number | null
}

const FORM = 1

class Pass {
  readonly #watching: Watching
  readonly #tally: Tally
  #floor: number | null
  #pages = 0

  constructor(watching: Watching, kept: Kept | null) {
    this.#watching = watching
    this.#tally = kept?.tally ?? emptyTally()
    this.#floor = kept?.floor ?? null
  }

  async run(): Promise<Tally> {
    const { since } = this.#watching
    if (this.#tally.newest === null || this.#floor === null || this.#floor > since) {
      await this.#down(since)
      this.#floor = since
    }
    await this.#up()
    this.#keep()
    return this.#tally
  }

  /** From the oldest that was counted, or the newest of all, back to the time. */
  async #down(since: number): Promise<void> {
    for (let hasMore = true; hasMore; ) {
      const { oldest } = this.#tally
      const { sessions, has_more } = await this.#page({ since, ...(oldest && { starting_after: oldest.id }) })
      for (const session of sessions) countOlder(this.#tally, session)
      hasMore = has_more && sessions.length > 0
      this.#paged()
    }
  }

  /** From the newest that was counted up to the newest of all. */
  async #up(): Promise<void> {
    for (let hasMore = this.#tally.newest !== null; hasMore; ) {
      const { newest } = this.#tally
      const { sessions, has_more } = await this.#page(newest === null ? {} : { ending_before: newest.id })
      for (const session of sessions.toReversed()) countNewer(this.#tally, session)
      hasMore = has_more && sessions.length > 0
      this.#paged()
    }
  }

  #page(query: PageQuery) {
    return this.#watching.reader(query)
  }

  #paged(): void {
    this.#pages += 1
    this.#watching.onPage?.()
    if (this.#pages % PAGES_BETWEEN === 0) this.#keep()
  }

  #keep(): void {
    this.#watching.memory.keep({ tally: this.#tally, floor: this.#floor })
  }
}
