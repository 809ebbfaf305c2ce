import type { FlowVersion } from '../model/resources.js'
import type { FlowDeploymentSummary } from '../model/schema-types.js'
import type { DeploymentsQuery, RemoteReader } from './remote.js'

/** Most that a page holds. */
const MANY = 100

/** Deployments without their changes, newest first, page by page: whoever has seen enough asks for no more. */
export async function* deploymentsOf(
  reader: RemoteReader,
  query: Omit<DeploymentsQuery, 'limit' | 'starting_after' | 'ending_before'>,
  { perPage = MANY }: { readonly perPage?: number } = {},
): AsyncGenerator<FlowDeploymentSummary> {
  for (let last: FlowDeploymentSummary | undefined; ; ) {
    const limit = Math.min(perPage, MANY)
    const page = await reader.listDeployments({
      ...query,
      limit,
      ...(last !== undefined && { starting_after: last.id }),
    })
    yield* page.data
    last = page.data.at(-1)
    if (!page.has_more || last === undefined) return
  }
}

/**
 * The deployment that made a version, without its changes, which may be thousands. It has the version's time: so it is
 * looked for among the few of that second. Null when no deployment made the version.
 */
export async function deploymentOf(
  reader: RemoteReader,
  { deployment, created }: Pick<FlowVersion, 'deployment' | 'created'>,
): Promise<FlowDeploymentSummary | null> {
  if (deployment === null) return null
  for await (const one of deploymentsOf(reader, { created })) if (one.id === deployment) return one
  return null
}
