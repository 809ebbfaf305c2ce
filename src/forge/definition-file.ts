import { isUtf8 } from 'node:buffer'
import { type Forge, ForgeError } from './forge.js'
import type { Repository, RepositoryFile } from './repository.js'

/** Where the definitions of projects are. */
export interface DefinitionPlaces {
  readonly forge: Pick<Forge, 'label'>
  readonly repository: Repository
  /** The branch that pull requests are merged into. */
  readonly branch: string
  /** The folders with the definitions of each project, from the root of the repository; "" for the root itself. */
  readonly folders: ReadonlyMap<string, readonly string[]>
}

export interface FoundDefinition {
  readonly project: string
  readonly key: string
  /** From the root of the repository. */
  readonly path: string
  /** Without a byte-order mark. */
  readonly text: string
  readonly file: RepositoryFile
  /** The commit that it was read at. */
  readonly commit: string
}

/** What keeps a definition from being found or proposed, and the way out. */
export class DefinitionFault extends Error {
  override readonly name = 'DefinitionFault'
  readonly code: 'branch_missing' | 'file_missing' | 'file_twice' | 'file_not_text' | 'branch_taken'
  readonly hint: string

  constructor(code: DefinitionFault['code'], message: string, hint: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

const MARK = Buffer.from([0xef, 0xbb, 0xbf])

/** The definition of a flow as it is now in the branch to merge into. Throws DefinitionFault, and ForgeError. */
export async function findDefinition(
  places: DefinitionPlaces,
  { project, key }: Pick<FoundDefinition, 'project' | 'key'>,
): Promise<FoundDefinition> {
  const { forge, repository, branch } = places
  const commit = await repository.tip(branch)
  if (commit === null) {
    const message = `the repository ${repository.name} at ${forge.label} has no branch ${branch}`
    throw new DefinitionFault('branch_missing', message, 'an admin names the right one with --forge-branch')
  }
  const { path, file } = await definitionFile(places, commit, { project, key })
  if (!isUtf8(file.bytes)) {
    throw new DefinitionFault(
      'file_not_text',
      `the file ${path} is not UTF-8 text`,
      'save it with that encoding in git',
    )
  }
  return { project, key, path, commit, file, text: file.bytes.subarray(markOf(file).length).toString('utf8') }
}

/** The file in a folder of the project or below it, as the loader finds it: parts that begin with a dot are ignored. */
async function definitionFile(
  { repository, folders }: DefinitionPlaces,
  commit: string,
  { project, key }: Pick<FoundDefinition, 'project' | 'key'>,
): Promise<{ readonly path: string; readonly file: RepositoryFile }> {
  const places = folders.get(project) ?? []
  const names = [`${key}.yaml`, `${key}.yml`]
  const found: string[] = []
  for (const folder of places) {
    for (const path of await pathsIn(repository, { commit, folder, names })) {
      const parts = path.slice(inFolder(folder, '').length).split('/')
      if (names.includes(parts.at(-1) ?? '') && !parts.some((part) => part.startsWith('.'))) found.push(path)
    }
  }
  const [path, other] = new Set(found)
  const where = places.map((folder) => folder || 'the root').join(', ')
  if (path !== undefined && other !== undefined) {
    throw new DefinitionFault('file_twice', `both ${path} and ${other} define ${key}`, 'delete one of them in git')
  }
  const file = path === undefined ? null : await repository.read(commit, path)
  if (path === undefined || file === null) {
    const message = `no file ${names.join(' or ')} is in ${where} of ${repository.name}`
    throw new DefinitionFault('file_missing', message, 'an admin names the right folder with --forge-folders')
  }
  return { path, file }
}

/** All files below a folder; of a repository with too many to list, those with one of the names directly in it. */
async function pathsIn(
  repository: Repository,
  { commit, folder, names }: { readonly commit: string; readonly folder: string; readonly names: readonly string[] },
): Promise<readonly string[]> {
  try {
    return await repository.paths(commit, folder)
  } catch (error) {
    if (!(error instanceof ForgeError && error.kind === 'too_many')) throw error
    const paths = names.map((name) => inFolder(folder, name))
    const files = await Promise.all(paths.map((path) => repository.read(commit, path)))
    const there = paths.filter((_, index) => files[index] !== null)
    if (there.length === 0) throw error
    return there
  }
}

/** The byte-order mark that the file begins with, if it does. */
export function markOf({ bytes }: RepositoryFile): Buffer {
  return bytes.subarray(0, 3).equals(MARK) ? MARK : Buffer.alloc(0)
}

function inFolder(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
