import { canonicalJson } from '../../model/canonical.js'
import type { ObservedFlow } from '../../model/state.js'
import { deploymentOf } from '../../remote/deployments.js'
import type { RemoteReader } from '../../remote/remote.js'
import type { Known } from '../known.js'
import type { ObjectValue } from '../wire/value.js'
import { configOf } from './state.js'

/** The prefix of run names for deployments from one state. */
export function runPrefix(place: string): string {
  return `terraform-${place}-`
}

/**
 * Whether a flow that is not in the state was created for it by an apply that was cut short before Terraform could
 * record it. If anybody has changed the flow since, it is theirs.
 */
export async function isLeftBehind(
  flow: ObservedFlow,
  { flows, journal, place }: Pick<Known, 'flows' | 'journal' | 'place'>,
): Promise<boolean> {
  if (!journal.hasUnfinished) return false
  const reader = await flows.reader()
  const last = await lastVersion(reader, flow)
  const run = last && (await deploymentOf(reader, last))?.run_id
  return run?.startsWith(runPrefix(place)) === true && journal.isUnfinished(run)
}

/** Whether an interrupted apply already made the planned change on this version. */
export async function isDoneAlready(
  reader: RemoteReader,
  flow: ObservedFlow,
  planned: ObjectValue,
  { place, base }: { readonly place: string; readonly base: number },
): Promise<boolean> {
  if (flow.version !== base + 1 || flow.key !== planned.key) return false
  if (canonicalJson(flow.config) !== canonicalJson(configOf(planned))) return false
  const last = await lastVersion(reader, flow)
  return last !== undefined && isOfPlace(reader, last, place)
}

/** If the flow was written since it was observed, the service refuses the resulting change. */
async function lastVersion(reader: RemoteReader, { id }: ObservedFlow) {
  return (await reader.listFlowVersions(id, { limit: 1 })).data[0]
}

async function isOfPlace(
  reader: RemoteReader,
  version: { readonly deployment: string | null; readonly created: number },
  place: string,
): Promise<boolean> {
  return (await deploymentOf(reader, version))?.run_id.startsWith(runPrefix(place)) ?? false
}
