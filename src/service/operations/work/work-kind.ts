import type { ReadCall, WriteCall } from '../calls/call.js'

/** A kind of durable work (store/work.ts) as its workers see it: claim, perform, settle. */
export interface WorkKind<Item extends WorkItem = WorkItem> {
  /** For the log and the metrics. */
  readonly name: string
  /** The most items under way in one process: in total, and in one lane. */
  readonly most: number
  readonly mostOfLane: number
  /** The most items of one claim. */
  readonly mostOfClaim: number
  /** Whether a claim would find anything. A look is cheap; a claim makes other writers wait. */
  hasDue(call: ReadCall, full: readonly string[]): Promise<boolean>
  /** Begins attempts of due work, in lanes that are not full. */
  claim(call: WriteCall, room: Room): Promise<ClaimedWork<Item>>
  /** Does it without an open transaction. Answers how to settle it, in a transaction of the item's mode. */
  perform(item: Item): Promise<Performed>
}

export interface WorkItem {
  readonly livemode: boolean
  readonly lane: string
}

export interface Room {
  readonly limit: number
  readonly roomOf: (lane: string) => number
  /** Lanes without any room. */
  readonly full: readonly string[]
}

interface ClaimedWork<Item> {
  readonly items: readonly Item[]
  /** Nothing was due. */
  readonly isEmpty: boolean
}

interface Performed {
  /** May be run again, like every transaction. Throws only if it cannot be settled. */
  settle(call: WriteCall): Promise<unknown>
  /** Called once it is settled. */
  settled?(): void
  /** Belongs in the log, though it is no failure of this work: what it waits for does not answer. */
  readonly remark?: unknown
}
