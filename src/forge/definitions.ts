import { createHash } from 'node:crypto'
import { authorName } from './author-name.js'
import {
  DefinitionFault,
  type DefinitionPlaces,
  type FoundDefinition,
  findDefinition,
  markOf,
} from './definition-file.js'
import type { Forge } from './forge.js'
import { isInvalid, openPullRequest } from './pull-requests.js'
import type { CommitText, Repository } from './repository.js'

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
  readonly branch: string
  readonly number: number
  /** Null if it leads elsewhere than to the forge. */
  readonly url: string | null
  readonly isNew: boolean
}

export interface DefinitionsSettings extends DefinitionPlaces {
  readonly forge: Forge
  /** Where people see the forge: https://github.com. */
  readonly web: string
}

/** Of commits: who asks is known by name only, and git asks for an address. */
const EMAIL = 'flows@localhost'

export function definitionsIn(settings: DefinitionsSettings): Definitions {
  const { forge, repository, web, branch: base, folders } = settings
  return {
    label: forge.label,
    has: (project) => folders.has(project),
    find: (project, key) => findDefinition(settings, { project, key }),
    propose: async (found, { text, title, body, author, announce }) => {
      const bytes = Buffer.concat([markOf(found.file), Buffer.from(text)])
      const head = await branchFor(repository, found, bytes)
      const name = authorName(author)
      const message = `${title}\n\nAsked for in the dashboard by ${name}.`
      await announce(head)
      await commitOnce(repository, found, { bytes, head }, { message, author: { name, email: EMAIL } })
      const { pullRequest, isNew } = await openPullRequest(forge, { head, base }, { title, body })
      const { number, url } = pullRequest
      return { branch: head, number, isNew, url: isWithin(url, web) ? url : null }
    },
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

/** What the forge says is shown to people as a link. */
function isWithin(url: string, web: string): boolean {
  try {
    return new URL(url).origin === new URL(web).origin
  } catch {
    return false
  }
}
