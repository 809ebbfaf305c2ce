import type { ReadCall, WriteCall } from '../calls/call.js'

/** A kind of durable work (store/work.ts), in the words of whoever does it: claim, perform, settle. */
export interface WorkKind<Item extends WorkItem = WorkItem> {
  /** For the log and the figures. */
  readonly name: string
  /** How much is under way at once in one process, in all and in one lane. */
  readonly most: number
  readonly mostOfLane: number
  /** How much is claimed at once. */
  readonly mostOfClaim: number
  /** Whether a claim would find anything: looking holds up nobody, claiming holds up other writers. */
  hasDue(call: ReadCall, full: readonly string[]): Promise<boolean>
  /** Begins attempts of what is due, in lanes that are not full. */
  claim(call: WriteCall, room: Room): Promise<ClaimedWork<Item>>
  /** Does it, with no transaction open. Answers how it is settled, in a transaction of the mode that it is of. */
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
  /** May be run again, as every transaction. Throws nothing but what keeps it from being settled. */
  settle(call: WriteCall): Promise<unknown>
  /** Called once it is settled. */
  settled?(): void
}
