import type { Caller, Service } from '../calls/call.js'
import { SERVICE } from '../calls/principal.js'
import type { Room, WorkItem, WorkKind } from './work-kind.js'

const NOBODY: Caller = { livemode: false, principal: SERVICE }

/** Claims due work while there is room. Writes nothing if nothing is due. */
export async function claimDue<Item extends WorkItem>(service: Service, kind: WorkKind<Item>, room: Room) {
  if (!(await service.read(NOBODY, (call) => kind.hasDue(call, room.full)))) return { items: [], isEmpty: true }
  return service.write(NOBODY, (call) => kind.claim(call, room))
}

/** Does one claimed item, then waits for its turn to write and settles it. Answers what belongs in the log, if anything. */
export async function doClaimed<Item extends WorkItem>(
  service: Service,
  kind: WorkKind<Item>,
  item: Item,
  turn: () => Promise<void> = async () => {},
): Promise<unknown> {
  const performed = await kind.perform(item)
  await turn()
  await service.write({ ...NOBODY, livemode: item.livemode }, (call) => performed.settle(call))
  performed.settled?.()
  return performed.remark
}

/**
 * Does the due work of one kind, up to one claim, and waits for all of it. One failure does not stop the others.
 * Answers whether there may be more; throws the first failure after all were tried.
 */
export async function doDue<Item extends WorkItem>(service: Service, kind: WorkKind<Item>): Promise<boolean> {
  const room = { limit: kind.mostOfClaim, roomOf: () => kind.mostOfLane, full: [] }
  const { items, isEmpty } = await claimDue(service, kind, room)
  const ended = await Promise.allSettled(items.map((item) => doClaimed(service, kind, item)))
  const failed = ended.find((one) => one.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return !isEmpty
}
