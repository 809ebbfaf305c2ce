import { canonicalJson } from '../../../model/canonical.js'
import { byDefinitionOrder, leavesOf } from '../../../model/leaves.js'
import type { FlowVersion, ListObject } from '../../../model/resources.js'
import type { FlowVersionRecord } from '../../../store/flows.js'
import type { ReadCall } from '../calls/call.js'
import { type ListParams, listObject, pageOf } from '../calls/list.js'
import { findFlow } from './find-flow.js'

/** Every version of the flow, newest first: who made it, when, and what it changed. */
export async function listFlowVersions(
  call: ReadCall,
  idOrKey: string,
  params: ListParams = {},
): Promise<ListObject<FlowVersion>> {
  const { tx } = call
  const { id, version } = await findFlow(call, idOrKey)
  const numberOf = (versionId: string) => {
    const [flow, text = '', ...rest] = versionId.split(':')
    const number = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined
    return flow === id && rest.length === 0 && number !== undefined && number <= version ? number : undefined
  }
  const page = await pageOf(params, 'verification_flow_version', async (cursor) => numberOf(cursor) !== undefined)
  const versions = await tx.flows.versions(id, {
    limit: page.limit,
    starting_after: page.starting_after === undefined ? undefined : numberOf(page.starting_after),
    ending_before: page.ending_before === undefined ? undefined : numberOf(page.ending_before),
  })
  const oldest = versions.data.at(-1)
  const before = oldest && (await tx.flows.versions(id, { limit: 1, starting_after: oldest.version })).data[0]
  const { data, has_more } = versions
  const told = data.map((one, index) => toFlowVersion(one, data[index + 1] ?? before))
  return listObject(`/v1/identity/verification_flows/${id}/versions`, { data: told, has_more }, (one) => one)
}

function toFlowVersion(record: FlowVersionRecord, before: FlowVersionRecord | undefined): FlowVersion {
  const { flow, version, ...rest } = record
  return {
    id: `${flow}:${version}`,
    object: 'identity.verification_flow_version',
    verification_flow: flow,
    version,
    changed: before === undefined ? [] : changedBetween(before, record),
    ...rest,
  }
}

/** The differences as JSON Pointers: first the members around the configuration, then in the order of a definition. */
function changedBetween(before: FlowVersionRecord, after: FlowVersionRecord): string[] {
  const around = (['key', 'project', 'status'] as const).filter((name) => before[name] !== after[name])
  const [old, now] = [leavesOf(before.config), leavesOf(after.config)]
  const paths = [...new Set([...old.keys(), ...now.keys()])]
  const inside = paths.filter((path) => textOf(old.get(path)) !== textOf(now.get(path))).sort(byDefinitionOrder)
  return [...around.map((name) => `/${name}`), ...inside]
}

function textOf(leaf: unknown): string | undefined {
  return leaf === undefined ? undefined : canonicalJson(leaf)
}
