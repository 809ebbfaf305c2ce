import type { VerificationFlow } from '../model/resources.js'
import type { FlowDeploymentSummary } from '../model/schema-types.js'
import { deploymentOf, deploymentsOf } from '../remote/deployments.js'
import type { FlowsQuery, RemoteReader } from '../remote/remote.js'
import { versionsOf } from '../remote/versions.js'

export interface History {
  /** Newest first. */
  readonly deployments: readonly FlowDeploymentSummary[]
  readonly hasMore: boolean
}

/** The last deployments of a project; with `flow`, those that wrote this flow. */
export async function historyOf(
  reader: RemoteReader,
  project: string,
  { limit, flow }: { readonly limit: number; readonly flow?: string | undefined },
): Promise<History> {
  const all = flow === undefined ? deploymentsOf(reader, { project }, { perPage: limit + 1 }) : writing(reader, flow)
  const found: FlowDeploymentSummary[] = []
  for await (const deployment of all) if (found.push(deployment) > limit) break
  return { deployments: found.slice(0, limit), hasMore: found.length > limit }
}

async function* writing(reader: RemoteReader, flow: string): AsyncGenerator<FlowDeploymentSummary> {
  for await (const version of versionsOf(reader, flow)) {
    const deployment = await deploymentOf(reader, version)
    if (deployment !== null) yield deployment
  }
}

type Chosen = Pick<FlowsQuery, 'status' | 'project'>

/** All flows as they are now, in order of key. Pages are fetched only as far as the caller reads. */
export async function* flowPages(
  reader: RemoteReader,
  query: Chosen = {},
): AsyncGenerator<readonly VerificationFlow[]> {
  for (let last: VerificationFlow | undefined; ; ) {
    const page = await reader.listFlows({
      ...query,
      order: 'key',
      limit: 100,
      // Not its id: the flow may be renamed before the next page is asked for.
      ...(last && { starting_after: last.key }),
    })
    yield page.data
    last = page.data.at(-1)
    if (!page.has_more || last === undefined) return
  }
}

/** All flows as they are now, in order of key. */
export async function allFlows(reader: RemoteReader, query: Chosen = {}): Promise<VerificationFlow[]> {
  const flows: VerificationFlow[] = []
  for await (const page of flowPages(reader, query)) flows.push(...page)
  return flows
}

/** Ids of the newest deployments already reported, newest first; null before the first look, which reports none. */
export interface Seen {
  ids: string[] | null
}

/** As many as fit on a page. This many of the newest deployments are recognised by their ids. */
const REMEMBERED = 100

/**
 * The deployments that are new since the last look, oldest first. The newest are recognised by their ids, not by time:
 * if the clocks of several servers disagree, a new deployment may be listed after one that was seen.
 */
export async function* deploymentsSince(reader: RemoteReader, project: string, seen: Seen) {
  const { ids: known } = seen
  const found: string[] = []
  for await (const { id } of deploymentsOf(reader, { project }, { perPage: REMEMBERED })) {
    if (found.length >= REMEMBERED && (known === null || known.includes(id))) break
    found.push(id)
  }
  if (known === null) {
    seen.ids = found
    return
  }
  for (const id of found.filter((one) => !known.includes(one)).reverse()) {
    yield await reader.retrieveDeployment(id)
    known.unshift(id)
  }
  known.length = Math.min(known.length, REMEMBERED)
}
