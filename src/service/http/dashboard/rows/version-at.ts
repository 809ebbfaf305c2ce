import type { FlowConfig } from '../../../../model/flow.js'
import type { FlowVersion, VerificationFlow } from '../../../../model/resources.js'
import { notFound } from '../../../api-error.js'
import type { ReadCall } from '../../../operations/calls/call.js'
import { listFlowVersions } from '../../../operations/flows/flow-versions.js'

/** The number of a version in an address, "2" or "v2"; none for what is not one. */
export function versionIn(text = ''): number | undefined {
  const [, number] = /^v?([1-9]\d{0,8})$/i.exec(text.trim()) ?? []
  return number === undefined ? undefined : Number(number)
}

/** One version of a flow, by its number. Throws 404. */
export async function versionAt(
  call: ReadCall,
  flow: Pick<VerificationFlow, 'id' | 'version'>,
  version: number,
): Promise<FlowVersion> {
  const isKnown = version >= 1 && version <= flow.version
  const place = version === flow.version ? {} : { starting_after: `${flow.id}:${version + 1}` }
  const [found] = isKnown ? (await listFlowVersions(call, flow.id, { limit: 1, ...place })).data : []
  if (found === undefined) throw notFound('verification_flow_version', `${version}`, 'version')
  return found
}

/** What a flow was in one version. */
export async function configAt(
  call: ReadCall,
  flow: Pick<VerificationFlow, 'id' | 'version'>,
  version: number,
): Promise<FlowConfig> {
  return (await versionAt(call, flow, version)).config
}
