import type { FlowVersion } from '../model/resources.js'
import type { RemoteReader } from './remote.js'

/** How many a page holds: a hundred at most, of which few are wanted as a rule. */
const MANY = 100

/** Every version of a flow, newest first, page by page: whoever has seen enough asks for no more. */
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

/** From the newest back to the last one that a deployment made, which is among them. */
export async function versionsSinceDeployment(reader: RemoteReader, id: string): Promise<FlowVersion[]> {
  const versions: FlowVersion[] = []
  for await (const version of versionsOf(reader, id, { perPage: 10 })) {
    versions.push(version)
    if (version.deployment !== null) break
  }
  return versions
}

/** `work` over all items, some at once, answered in their order. The first that fails fails the whole. */
export async function someAtOnce<T, R>(items: readonly T[], most: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const waiting = items.entries()
  const worker = async () => {
    for (const [index, item] of waiting) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker))
  return results
}
