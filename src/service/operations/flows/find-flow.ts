import type { FlowRecord } from '../../../store/flows.js'
import type { ReadTransaction } from '../../../store/store.js'
import { notFound } from '../../api-error.js'

/** Finds a flow by id, else by key (an extension). Throws 404 naming `param`. */
export async function findFlow(
  { tx, livemode }: { tx: ReadTransaction; livemode: boolean },
  idOrKey: string,
  param = 'verification_flow',
): Promise<FlowRecord> {
  const flow = (await tx.flows.byId(livemode, idOrKey)) ?? (await tx.flows.byKey(livemode, idOrKey))
  if (flow === undefined) throw notFound('verification_flow', idOrKey, param)
  return flow
}
