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

/** A part of the flows, by key or by the sessions of the last 30 days. */
export async function flowsInOrder(
  call: ReadCall,
  { project, status, key_contains: part }: Pick<ListFlowsParams, 'project' | 'status' | 'key_contains'>,
  { order, skip, limit }: PlaceInOrder,
): Promise<{ readonly data: readonly VerificationFlow[]; readonly has_more: boolean }> {
  const { tx, livemode, now, principal } = call
  const named = part === undefined ? undefined : { project: null, keys: [`*${part.replaceAll('*', '')}*`] }
  const filter = { project, status, within: bindingOf(principal) ?? named }
  const mostUsedOf = order === 'used' ? lastDays(now) : undefined
  const found = await tx.flows.inOrder(livemode, filter, { mostUsedOf, skip, limit: limit + 1 })
  return { data: found.slice(0, limit).map((flow) => toResource(call, flow)), has_more: found.length > limit }
}
