import type { FlowVersion } from '../model/resources.js'
import type { FlowDeploymentSummary } from '../model/schema-types.js'
import type { DeploymentsQuery, RemoteReader } from './remote.js'

/** The largest page. */
const MANY = 100

/** Deployments without their changes, newest first. Pages are fetched only as far as the caller reads. */
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

type Made = Pick<FlowVersion, 'deployment' | 'created'>

/** What a reader has found. A deployment never changes and may have made a hundred versions, so it is fetched once. */
const found = new WeakMap<RemoteReader, Map<string, Promise<FlowDeploymentSummary | null>>>()

/** The deployment that made a version, without its changes (there may be thousands). Null if none made the version. */
export async function deploymentOf(reader: RemoteReader, made: Made): Promise<FlowDeploymentSummary | null> {
  const { deployment } = made
  if (deployment === null) return null
  const known = found.get(reader) ?? new Map<string, Promise<FlowDeploymentSummary | null>>()
  found.set(reader, known)
  const asked = known.get(deployment) ?? lookFor(reader, made)
  known.set(deployment, asked)
  try {
    const answer = await asked
    if (answer === null) known.delete(deployment)
    return answer
  } catch (failure) {
    known.delete(deployment)
    throw failure
  }
}

/** The deployment has the version's time, so only those of that second are searched. */
async function lookFor(reader: RemoteReader, { deployment, created }: Made): Promise<FlowDeploymentSummary | null> {
  for await (const one of deploymentsOf(reader, { created })) if (one.id === deployment) return one
  return null
}
