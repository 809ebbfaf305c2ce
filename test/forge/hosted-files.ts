import { createHash, randomBytes } from 'node:crypto'

type Tree = ReadonlyMap<string, Buffer>

/** Branches of a repository, and the files at each of their commits. */
export interface HostedFiles {
  readonly branches: Map<string, string>
  /** Messages and authors of the commits that were made over the API. */
  readonly log: { readonly branch: string; readonly message: string; readonly author: unknown }[]
  tree(commit: string): Tree
  /** The last commit that changed a file. */
  lastChange(commit: string, path: string): string | undefined
  /** A commit at the end of a branch, as somebody pushes it; the branch begins with it if it is new. */
  push(branch: string, changed: Readonly<Record<string, string | Buffer>>): string
  text(branch: string, path: string): string | undefined
}

export function hostedFiles(): HostedFiles {
  const branches = new Map<string, string>()
  const trees = new Map<string, Tree>()
  const changes = new Map<string, ReadonlyMap<string, string>>()
  const tree = (commit: string) => trees.get(commit) ?? new Map()
  return {
    branches,
    log: [],
    tree,
    lastChange: (commit, path) => changes.get(commit)?.get(path),
    push(branch, changed) {
      const commit = randomBytes(20).toString('hex')
      const before = tree(branches.get(branch) ?? '')
      const entries = Object.entries(changed).map(([path, text]) => [path, Buffer.from(text)] as const)
      trees.set(commit, new Map([...before, ...entries]))
      const changedBy = entries.map(([path]) => [path, commit] as const)
      changes.set(commit, new Map([...(changes.get(branches.get(branch) ?? '') ?? []), ...changedBy]))
      branches.set(branch, commit)
      return commit
    },
    text: (branch, path) =>
      tree(branches.get(branch) ?? '')
        .get(path)
        ?.toString('utf8'),
  }
}

/** As git names the content of a file. */
export function blobOf(bytes: Buffer): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}
