import { compareText } from '../../../model/canonical.js'
import type { VerificationFlow } from '../../../model/resources.js'
import type { ReadCall } from '../calls/call.js'
import { lastDays } from '../figures/last-days.js'
import { bindingOf } from '../keys/binding.js'
import { type ListFlowsParams, toResource } from './flows.js'

/** An order other than that of lists, which is the newest first. */
type FlowOrder = 'key' | 'used'

export interface PlaceInOrder {
  readonly order: FlowOrder
  /** How many flows come before. */
  readonly skip: number
  readonly limit: number
}

/**
 * A part of the flows, by key or by the sessions of the last 30 days. Keys and counts of all flows are read, since
 * either may move any flow; the flows themselves only for this part.
 */
export async function flowsInOrder(
  call: ReadCall,
  { project, status, key_contains: part }: Pick<ListFlowsParams, 'project' | 'status' | 'key_contains'>,
  { order, skip, limit }: PlaceInOrder,
): Promise<{ readonly data: readonly VerificationFlow[]; readonly has_more: boolean }> {
  const { tx, livemode, now, principal } = call
  const named = part === undefined ? undefined : { project: null, keys: [`*${part.replaceAll('*', '')}*`] }
  const keys = await tx.flows.keys(livemode, { project, status, within: bindingOf(principal) ?? named })
  const used = order === 'used' ? await tx.sessionCounts.everyFlow(livemode, lastDays(now)) : new Map<string, number>()
  const sorted = keys.toSorted(
    (one, other) => (used.get(other.id) ?? 0) - (used.get(one.id) ?? 0) || compareText(one.key, other.key),
  )
  const ids = sorted.slice(skip, skip + limit).map(({ id }) => id)
  const flows = new Map((await tx.flows.byIdsOrKeys(livemode, ids, [])).map((flow) => [flow.id, flow]))
  const data = ids.flatMap((id) => flows.get(id) ?? []).map((flow) => toResource(call, flow))
  return { data, has_more: sorted.length > skip + limit }
}
