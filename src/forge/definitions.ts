import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { authorName } from './author-name.js'
import { type Forge, ForgeError } from './forge.js'
import { isInvalid, openPullRequest } from './pull-requests.js'
import type { CommitText, Repository, RepositoryFile } from './repository.js'

/** The definitions of projects as a repository holds them, and pull requests that change one of them. */
export interface Definitions {
  /** As people call it: "GitHub". */
  readonly label: string
  /** Whether it is known where a project has its definitions. */
  has(project: string): boolean
  /** The definition of a flow as it is now in the branch to merge into. Throws DefinitionFault, and ForgeError. */
  find(project: string, key: string): Promise<FoundDefinition>
  /**
   * A pull request that gives a definition another text. Asked twice for the same, it makes one. Throws DefinitionFault,
   * and ForgeError.
   */
  propose(found: FoundDefinition, proposal: Proposal): Promise<Proposed>
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

interface Proposal {
  readonly text: string
  readonly title: string
  /** Markdown. */
  readonly body: string
  /** Who asks, as they are called. It gets into git as far as it may: see authorName. */
  readonly author: string
  /** Hears of the branch before anything is written at the forge, so that nothing happens there without a record. */
  readonly announce: (branch: string) => Promise<void>
}

interface Proposed {
  readonly number: number
  /** Null if it leads elsewhere than to the forge. */
  readonly url: string | null
  readonly isNew: boolean
}

export interface DefinitionsSettings {
  readonly forge: Forge
  readonly repository: Repository
  /** Where people see the forge: https://github.com. */
  readonly web: string
  /** The branch that pull requests are merged into. */
  readonly branch: string
  /** The folders with the definitions of each project, from the root of the repository; "" for the root itself. */
  readonly folders: ReadonlyMap<string, readonly string[]>
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
/** Of commits: who asks is known by name only, and git asks for an address. */
const EMAIL = 'flows@localhost'

export function definitionsIn(settings: DefinitionsSettings): Definitions {
  const { forge, repository, web, branch: base, folders } = settings
  return {
    label: forge.label,
    has: (project) => folders.has(project),
    find: async (project, key) => {
      const commit = await repository.tip(base)
      if (commit === null) {
        const message = `the repository ${repository.name} at ${forge.label} has no branch ${base}`
        throw new DefinitionFault('branch_missing', message, 'an admin names the right one with --forge-branch')
      }
      const { path, file } = await definitionFile(settings, commit, { project, key })
      if (!isUtf8(file.bytes)) {
        throw new DefinitionFault(
          'file_not_text',
          `the file ${path} is not UTF-8 text`,
          'save it with that encoding in git',
        )
      }
      return { project, key, path, commit, file, text: file.bytes.subarray(markOf(file).length).toString('utf8') }
    },
    propose: async (found, { text, title, body, author, announce }) => {
      const bytes = Buffer.concat([markOf(found.file), Buffer.from(text)])
      const head = await branchFor(repository, found, bytes)
      const name = authorName(author)
      const message = `${title}\n\nAsked for in the dashboard by ${name}.`
      await announce(head)
      await commitOnce(repository, found, { bytes, head }, { message, author: { name, email: EMAIL } })
      const { pullRequest, isNew } = await openPullRequest(forge, { head, base }, { title, body })
      const { number, url } = pullRequest
      return { number, isNew, url: isWithin(url, web) ? url : null }
    },
  }
}

/** The file in a folder of the project or below it, as the loader finds it: parts that begin with a dot are ignored. */
async function definitionFile(
  { repository, folders }: DefinitionsSettings,
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

/**
 * The same edit of the same file has the same branch, so asking twice makes one pull request. A branch without its
 * commit is what is left of an attempt that ended too early: it gets the commit.
 */
async function commitOnce(
  repository: Repository,
  { path, file, commit }: FoundDefinition,
  { bytes, head }: { readonly bytes: Buffer; readonly head: string },
  text: CommitText,
): Promise<void> {
  const fileThere = async () => {
    const tip = await repository.tip(head)
    return tip === null ? undefined : await repository.read(tip, path)
  }
  let there = await fileThere()
  try {
    if (there === undefined) {
      await repository.createBranch(head, commit)
      there = file
    }
    if (there?.bytes.equals(file.bytes)) {
      await repository.replace(head, { path, revision: there.revision, bytes }, text)
      return
    }
  } catch (error) {
    // Somebody asked for the same at the same time, and was faster.
    there = isInvalid(error) ? await fileThere() : undefined
    if (!there?.bytes.equals(bytes)) throw error
  }
  if (there?.bytes.equals(bytes)) return
  const message = `the branch ${head} has another ${path}: somebody has changed it there`
  throw new DefinitionFault('branch_taken', message, 'merge that branch, or delete it, and try again')
}

/**
 * Named after what the file becomes and after its last change in the base. So a branch that is there already does what
 * was shown when it is merged; and what was merged and taken back gets a new branch, because the old one does nothing more.
 */
async function branchFor(
  repository: Repository,
  { project, key, path, commit }: FoundDefinition,
  bytes: Buffer,
): Promise<string> {
  const since = await repository.lastChange(commit, path)
  const digest = createHash('sha256').update(`${path}\0${since}\0`).update(bytes).digest('hex').slice(0, 12)
  return `flows/edit/${project}/${key}/${digest}`
}

function markOf({ bytes }: RepositoryFile): Buffer {
  return bytes.subarray(0, 3).equals(MARK) ? MARK : Buffer.alloc(0)
}

function inFolder(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}

/** What the forge says is shown to people as a link. */
function isWithin(url: string, web: string): boolean {
  try {
    return new URL(url).origin === new URL(web).origin
  } catch {
    return false
  }
}
