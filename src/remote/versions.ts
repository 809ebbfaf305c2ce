import type { FlowVersion } from '../model/resources.js'
import type { RemoteReader } from './remote.js'

/** The default page size: the largest one, though usually few versions are needed. */
const MANY = 100

/** Every version of a flow, newest first. Pages are fetched only as far as the caller reads. */
export async function* versionsOf(
  reader: RemoteReader,
  idOrKey: string,
  { perPage = MANY }: { readonly perPage?: number } = {},
): AsyncGenerator<FlowVersion> {
  for (let last: FlowVersion | undefined; ; ) {
    const page = await reader.listFlowVersions(idOrKey, {
      limit: perPage,
      ...(last !== undefined && { starting_after: last.id }),
    })
    yield* page.data
    last = page.data.at(-1)
    if (!page.has_more || last === undefined) return
  }
}

/** From the newest back to the last one made by a deployment, including that one. */
export async function versionsSinceDeployment(reader: RemoteReader, id: string): Promise<FlowVersion[]> {
  const versions: FlowVersion[] = []
  for await (const version of versionsOf(reader, id, { perPage: 10 })) {
    versions.push(version)
    if (version.deployment !== null) break
  }
  return versions
}
