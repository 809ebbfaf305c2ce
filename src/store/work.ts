/**
 * Durable work: what is to be done outside of the store. It is written down in the transaction that makes it necessary, so
 * there is no moment at which one is there without the other. Whoever does it claims it for a time, does it with no
 * transaction open, and settles it in another one: a process that ends in between leaves a lease behind, and when that is
 * over somebody else goes on. So everything is begun at least once, and what must not have its effect twice is done under
 * the id of the work.
 *
 * Work stands in lanes: those of one lane share what is outside (an endpoint, a verifier), and one that hangs takes nothing
 * from the others. Three tables hold work, each in its own way: deliveries of events (webhooks.ts), sessions that are due
 * (sessions.ts), and this one, for everything else.
 */
export interface WorkRecord {
  /** Whatever is done carries it as idempotency key. */
  readonly id: string
  /** What is to be done: whoever does it knows the word. */
  readonly kind: string
  /** There is one of a name at a time. */
  readonly name: string
  readonly livemode: boolean
  readonly lane: string
  /** Id of what it is about. */
  readonly object: string
  /** What it takes beyond what the object says. It may be personal: it is gone with the work. */
  readonly payload: Readonly<Record<string, unknown>> | null
  /** How many attempts have begun. */
  readonly attempts: number
  /** Not before then. */
  readonly next_attempt: number
  /** While an attempt is under way: until then nobody else begins another one. */
  readonly leased_until: number | null
  readonly created: number
}

/** How much may be begun. */
export interface WorkClaim {
  readonly now: number
  /** Until then nobody else begins another attempt of what is claimed. */
  readonly leaseUntil: number
  readonly limit: number
  /** How many of the limit one lane may take. */
  readonly roomOf: (lane: string) => number
}

/** `again`: it was made due once more meanwhile, and stays; `gone`: somebody else has settled it. */
type Finished = 'finished' | 'again' | 'gone'

export interface WorkReads {
  named(name: string): Promise<WorkRecord | undefined>
  /** Whether a claim in these lanes would find anything. */
  hasDue(now: number, lanes: readonly string[]): Promise<boolean>
}

export interface WorkWrites {
  /** Answers false, and writes nothing, where there is work of that name. */
  insert(work: WorkRecord): Promise<boolean>
  /** As `insert`; where there is work of that name, it becomes due by then at the latest, also if it is under way. */
  schedule(work: WorkRecord): Promise<void>
  /** Begins an attempt of work in these lanes that is due: no two callers get the same one. The lanes take turns. */
  claim(claim: WorkClaim & { readonly lanes: readonly string[] }): Promise<WorkRecord[]>
  /** Begins an attempt at once, whether it is due or not; undefined where one is under way, or the work is gone. */
  take(id: string, lease: Pick<WorkClaim, 'now' | 'leaseUntil'>): Promise<WorkRecord | undefined>
  /** Ends the work that an attempt has done. */
  finish(work: Pick<WorkRecord, 'id' | 'next_attempt'>): Promise<Finished>
  /** Ends an attempt that has not done it, if it is still that very attempt. Answers whether it was. */
  postpone(work: Pick<WorkRecord, 'id' | 'attempts'>, until: number): Promise<boolean>
}
