import type { Service } from '../operations/calls/call.js'
import { claimDue, doClaimed } from '../operations/work/do-due.js'
import type { WorkItem, WorkKind } from '../operations/work/work-kind.js'
import type { Job } from './job.js'
import { turns } from './turns.js'

export interface WorkJobOptions {
  /** Called when an attempt has ended: there is room for more, or work that waited for it may start. */
  readonly onEnd: () => void
  readonly onFault: (error: unknown) => void
}

/**
 * Does the due work of one kind. An attempt is claimed in one transaction and settled in another. If the process ends
 * in between, its lease runs out and any process begins the next attempt. Work that hangs delays only the others in its
 * lane.
 */
export function workJob<Item extends WorkItem>(
  service: Service,
  kind: WorkKind<Item>,
  { onEnd, onFault }: WorkJobOptions,
): Job {
  const underWay = new Map<Promise<void>, string>()
  const turn = turns()

  async function run(): Promise<boolean> {
    const room = kind.most - underWay.size
    if (room <= 0) return false
    const counts = countByLane()
    const roomOf = (lane: string) => kind.mostOfLane - (counts.get(lane) ?? 0)
    const full = [...counts.keys()].filter((lane) => roomOf(lane) <= 0)
    const limit = Math.min(room, kind.mostOfClaim)
    await turn()
    const { items, isEmpty } = await claimDue(service, kind, { limit, roomOf, full })
    for (const item of items) begin(item)
    return !isEmpty
  }

  function begin(item: Item): void {
    const work = doClaimed(service, kind, item, turn)
      .then((remark) => {
        if (remark !== undefined) onFault(remark)
      }, onFault)
      .then(() => {
        underWay.delete(work)
        onEnd()
      })
    underWay.set(work, item.lane)
  }

  function countByLane(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    for (const lane of underWay.values()) counts.set(lane, (counts.get(lane) ?? 0) + 1)
    return counts
  }

  async function settled(): Promise<void> {
    while (underWay.size > 0) await Promise.all(underWay.keys())
  }

  return { name: kind.name, run, settled }
}
