import type { Deployment } from '../model/deployment.js'
import { looksLikeFlowId } from '../model/flow.js'
import type { ObservedFlow, ObservedState } from '../model/state.js'
import type { Remote, RemoteReader, RemoteWriter } from '../remote/remote.js'
import { sparing } from '../remote/sparing.js'
import type { KnownFlow } from './flow/state.js'

/**
 * What one process knows about the service's flows. Terraform asks for every resource separately, but the service is
 * asked once; the process's own writes are added to what it knows.
 */
export interface Flows {
  readonly project: string
  state(): Promise<ObservedState>
  byId(id: string): Promise<ObservedFlow | undefined>
  byKey(key: string): Promise<ObservedFlow | undefined>
  /** By id or by key. */
  find(idOrKey: string): Promise<ObservedFlow | undefined>
  /** With the address of its link. */
  known(flow: ObservedFlow): Promise<KnownFlow>
  reader(): Promise<RemoteReader>
  writer(): Promise<RemoteWriter>
  /** Adds a deployment that this process wrote. */
  wrote(deployment: Deployment): Promise<void>
  /** Others may have written: the next question goes to the service again. */
  forget(): void
  close(): Promise<void>
}

interface Known {
  readonly state: ObservedState
  readonly byId: ReadonlyMap<string, ObservedFlow>
  readonly byKey: ReadonlyMap<string, ObservedFlow>
}

/** The largest page of flows. */
const PAGE = 100
/** The most look-ups of single flows at once: Terraform may ask for hundreds. */
const LOOK_UPS = 6

export function flowsOf(remote: Remote, project: string): Flows {
  let reader: Promise<RemoteReader> | undefined
  let writer: Promise<RemoteWriter> | undefined
  let known: Promise<Known> | undefined

  const theReader = () => {
    reader ??= remote.reader().then((one) => sparing(one, LOOK_UPS))
    return reader
  }
  const observed = () => {
    known ??= observe(theReader, project)
    return known
  }
  const byId = async (id: string) => (await observed()).byId.get(id)
  const byKey = async (key: string) => (await observed()).byKey.get(key)
  return {
    project,
    state: async () => (await observed()).state,
    byId,
    byKey,
    find: (idOrKey) => (looksLikeFlowId(idOrKey) ? byId(idOrKey) : byKey(idOrKey)),
    known: async (flow) => ({ ...flow, url: flow.static_link_url ?? (await linkOf(await theReader(), flow.id)) }),
    reader: theReader,
    writer: () => {
      writer ??= remote.writer()
      return writer
    },
    wrote: async (deployment) => {
      const { state } = await observed()
      const links = await newLinks(await theReader(), deployment)
      known = Promise.resolve(indexed(stateAfter(state, deployment, links)))
    },
    forget: () => {
      known = undefined
    },
    close: async () => {
      await (await reader?.catch(() => undefined))?.close()
      await (await writer?.catch(() => undefined))?.close()
    },
  }
}

async function observe(reader: () => Promise<RemoteReader>, project: string): Promise<Known> {
  return indexed(await (await reader()).state(project))
}

function indexed(state: ObservedState): Known {
  return {
    state,
    byId: new Map(state.flows.map((flow) => [flow.id, flow])),
    byKey: new Map(state.flows.map((flow) => [flow.key, flow])),
  }
}

/** What the service would answer now, if only this process wrote. */
function stateAfter(state: ObservedState, deployment: Deployment, links: ReadonlyMap<string, string>): ObservedState {
  const flows = new Map(state.flows.map((flow) => [flow.id, flow]))
  for (const { action, key, id, version, after } of deployment.changes) {
    const before = flows.get(id)
    const status = action === 'archive' ? 'archived' : 'active'
    const url = before?.static_link_url ?? links.get(id)
    flows.set(id, {
      id,
      key,
      project: deployment.project,
      status,
      version,
      config: after,
      applied: after,
      applied_status: status,
      applied_key: key,
      updated: deployment.created,
      updated_by: deployment.actor,
      ...(url !== undefined && { static_link_url: url }),
      sessions_last_30_days: before?.sessions_last_30_days ?? 0,
      ...(before?.sighting && { sighting: before.sighting }),
    })
  }
  return { ...state, last_deployment: deployment.id, flows: [...flows.values()] }
}

/** A deployment lacks the links of the flows it created; those are the newest flows of the project. */
async function newLinks(reader: RemoteReader, { project, changes }: Deployment): Promise<ReadonlyMap<string, string>> {
  const created = changes.filter(({ action }) => action === 'create').map(({ id }) => id)
  const links = new Map<string, string>()
  if (created.length > 1) {
    const { data } = await reader.listFlows({ project, limit: Math.min(created.length, PAGE) })
    for (const { id, static_link } of data) links.set(id, static_link.url)
  }
  for (const id of created) if (!links.has(id)) links.set(id, await linkOf(reader, id))
  return links
}

async function linkOf(reader: RemoteReader, id: string): Promise<string> {
  return (await reader.retrieveFlow(id)).static_link.url
}
