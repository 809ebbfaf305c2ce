/**
 * Durable work: what must be done outside of the store. It is written in the transaction that makes it necessary, so
 * neither exists without the other. A worker claims it for a time, does it without an open transaction, and settles it
 * in another one. If the worker's process ends in between, its lease runs out and another worker continues. So
 * everything is begun at least once; an effect that must not happen twice uses the id of the work as idempotency key.
 *
 * Work is in lanes. Work in one lane shares something outside (an endpoint, a verifier); a lane that hangs takes no
 * room from others. Three tables hold work, each in its own way: deliveries of events (webhooks.ts), due sessions
 * (sessions.ts), and this one for everything else.
 */
export interface WorkRecord {
  /** Calls made for the work use it as idempotency key. */
  readonly id: string
  /** What to do, in a word that its worker knows. */
  readonly kind: string
  /** Unique: only one work of a name exists at a time. */
  readonly name: string
  readonly livemode: boolean
  readonly lane: string
  /** Id of the object that it is about. */
  readonly object: string
  /** What it needs beyond the object's own data. It may be personal, and is deleted with the work. */
  readonly payload: Readonly<Record<string, unknown>> | null
  /** How many attempts have begun. */
  readonly attempts: number
  /** Not begun before this time. */
  readonly next_attempt: number
  /** While an attempt is under way: no other one begins before this time. */
  readonly leased_until: number | null
  readonly created: number
}

/** How much may be begun. */
export interface WorkClaim {
  readonly now: number
  /** Until this time nobody else begins an attempt of the claimed work. */
  readonly leaseUntil: number
  readonly limit: number
  /** How many of the limit one lane may take. */
  readonly roomOf: (lane: string) => number
}

/** `again`: it was made due again in the meantime, and stays; `gone`: another process has settled it. */
type Finished = 'finished' | 'again' | 'gone'

export interface WorkReads {
  named(name: string): Promise<WorkRecord | undefined>
  /** Whether a claim in these lanes would find anything. */
  hasDue(now: number, lanes: readonly string[]): Promise<boolean>
}

export interface WorkWrites {
  /** Answers false, and writes nothing, if work of that name exists. */
  insert(work: WorkRecord): Promise<boolean>
  /** Like `insert`; existing work of that name becomes due by then at the latest, even if it is under way. */
  schedule(work: WorkRecord): Promise<void>
  /** Begins attempts of due work in these lanes: no two callers get the same one. The lanes take turns. */
  claim(claim: WorkClaim & { readonly lanes: readonly string[] }): Promise<WorkRecord[]>
  /** Begins an attempt at once, due or not; undefined if one is under way, or the work is gone. */
  take(id: string, lease: Pick<WorkClaim, 'now' | 'leaseUntil'>): Promise<WorkRecord | undefined>
  /** Ends the work that an attempt has done. */
  finish(work: Pick<WorkRecord, 'id' | 'next_attempt'>): Promise<Finished>
  /** Ends an unsuccessful attempt, if it is still the current one. Answers whether it was. */
  postpone(work: Pick<WorkRecord, 'id' | 'attempts'>, until: number): Promise<boolean>
  /** Drops work of a kind, with names that begin so, that was written before a time and is not under way. */
  forget(old: {
    readonly kind: string
    readonly names: string
    readonly before: number
    readonly now: number
  }): Promise<void>
}
