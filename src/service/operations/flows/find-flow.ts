import { isFlowKey } from '../../../model/flow.js'
import type { FlowRecord } from '../../../store/flows.js'
import type { ReadCall } from '../calls/call.js'
import { beyondBinding, bindingOf, isWithin, mayName, notFoundFor } from '../keys/binding.js'

type Asking = Pick<ReadCall, 'tx' | 'livemode' | 'principal'>

/**
 * Finds a flow by id; else by key, or by the flow at Stripe that it is bound to (extensions). Throws 404 naming `param`, also for one that the caller's key is not
 * bound to; or 403, if the key that it is named by tells that already.
 */
export async function findFlow(
  { tx, livemode, principal }: Asking,
  idOrKey: string,
  param = 'verification_flow',
): Promise<FlowRecord> {
  if (isFlowKey(idOrKey) && !mayName(principal, idOrKey)) throw beyondBinding(principal, param)
  const flow =
    (await tx.flows.byId(livemode, idOrKey)) ??
    (await tx.flows.byKey(livemode, idOrKey)) ??
    (await boundTo(tx, livemode, idOrKey))
  if (flow === undefined || !isWithin(principal, flow)) {
    throw notFoundFor(principal, 'verification_flow', idOrKey, param)
  }
  return flow
}

/** An unchanged application names the flow that its sessions were made from at Stripe. */
async function boundTo(tx: ReadCall['tx'], livemode: boolean, id: string): Promise<FlowRecord | undefined> {
  if (!id.startsWith('vf_')) return undefined
  const found = await tx.flows.boundTo(livemode, [id])
  return found.find(({ status }) => status === 'active') ?? found[0]
}

/** Whether what belongs to a flow, such as a session, is within the binding of the caller's key. */
export async function isOfFlowWithin({ tx, livemode, principal }: Asking, id: string | null): Promise<boolean> {
  if (bindingOf(principal) === null) return true
  const flow = id === null ? undefined : await tx.flows.byId(livemode, id)
  return flow !== undefined && isWithin(principal, flow)
}
