import type { Caller, Service } from '../calls/call.js'
import { SERVICE } from '../calls/principal.js'
import type { Room, WorkItem, WorkKind } from './work-kind.js'

const NOBODY: Caller = { livemode: false, principal: SERVICE }

/** Begins what is due and there is room for. Nothing is written where nothing is due. */
export async function claimDue<Item extends WorkItem>(service: Service, kind: WorkKind<Item>, room: Room) {
  if (!(await service.read(NOBODY, (call) => kind.hasDue(call, room.full)))) return { items: [], isEmpty: true }
  return service.write(NOBODY, (call) => kind.claim(call, room))
}

/** Does one thing that was claimed, and settles it, once it is its turn to write. */
export async function doClaimed<Item extends WorkItem>(
  service: Service,
  kind: WorkKind<Item>,
  item: Item,
  turn: () => Promise<void> = async () => {},
): Promise<void> {
  const performed = await kind.perform(item)
  await turn()
  await service.write({ ...NOBODY, livemode: item.livemode }, (call) => performed.settle(call))
  performed.settled?.()
}

/**
 * Does what is due of one kind, as much as one claim takes, and waits for all of it. One that fails keeps no other back.
 * Answers whether there may be more to do, and throws the first failure when all were tried.
 */
export async function doDue<Item extends WorkItem>(service: Service, kind: WorkKind<Item>): Promise<boolean> {
  const room = { limit: kind.mostOfClaim, roomOf: () => kind.mostOfLane, full: [] }
  const { items, isEmpty } = await claimDue(service, kind, room)
  const ended = await Promise.allSettled(items.map((item) => doClaimed(service, kind, item)))
  const failed = ended.find((one) => one.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return !isEmpty
}
