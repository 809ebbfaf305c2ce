import { closeSync, type Dirent, readdirSync, readSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { followed, isLink, LinkOutside, openListed } from '../files/inside.js'
import { compareText } from '../model/canonical.js'
import type { Diagnostic } from '../model/diagnostic.js'
import { BUDGET } from './budget.js'

/** The names of one kind of files in a folder. */
interface Names {
  readonly right: RegExp
  /** Other spellings of the ending. Silently ignoring them would archive the flow of a renamed file. */
  readonly alike: RegExp
  readonly message: string
  /** Whether the folder is for this kind of files alone. */
  readonly isOwnFolder: boolean
}

/** Definitions, and policies. */
const PLAIN: Names = {
  right: /\.ya?ml$/,
  alike: /\.ya?ml$/i,
  message: 'definitions end in .yaml or .yml, in lower case: this file would not be read',
  isOwnFolder: true,
}

/** Tests: their folder may hold other tests of the repository, and whatever belongs to those. */
export const TEST_FILES: Names = {
  right: /\.test\.ya?ml$/,
  alike: /\.tests?\.ya?ml$/i,
  message: 'tests of flows end in .test.yaml or .test.yml, in lower case: this file would not be read',
  isOwnFolder: false,
}

/** Includes a byte-order mark. */
const LARGEST_FILE = BUDGET.bytes + 3

/** A file that is a definition by its name, still unread. */
export interface DefinitionFile {
  /** Relative to the configuration file, with forward slashes. */
  readonly file: string
  /** The stem: the flow's key. */
  readonly key: string
}

export interface Discovery {
  /** In code-unit order of their paths. */
  readonly files: readonly DefinitionFile[]
  readonly diagnostics: readonly Diagnostic[]
  /** Whether the folder exists. `link`: only a link that is broken or leads to no folder of the project. */
  readonly exists: boolean | 'link'
}

/**
 * Lists the definitions in a folder and its subfolders. Entries that begin with a dot are ignored. Folders behind
 * symbolic links are never entered, as they may lead out of the project, or round in circles: in a folder for
 * definitions alone they are refused.
 */
export function discover(root: string, folder: string, names: Names = PLAIN): Discovery {
  if (!isRealFolder(root, folder)) {
    return { files: [], diagnostics: [], exists: leadsThroughLink(root, folder) ? 'link' : false }
  }
  const files: DefinitionFile[] = []
  const diagnostics: Diagnostic[] = []
  const folders = [folder]
  for (let path = folders.pop(); path !== undefined; path = folders.pop()) {
    let entries: Dirent[]
    try {
      entries = readdirSync(join(root, path), { withFileTypes: true })
    } catch (error) {
      diagnostics.push(unreadable(path, `the folder cannot be read: ${reason(error)}`))
      continue
    }
    for (const entry of entries) {
      const { name } = entry
      const file = `${path}/${name}`
      if (name.startsWith('.')) continue
      if (entry.isDirectory()) folders.push(file)
      else if (entry.isSymbolicLink() && isLinkedFolder(root, file)) {
        if (names.isOwnFolder) diagnostics.push(linkedFolder(root, file))
      } else if (names.alike.test(name) && !names.right.test(name)) diagnostics.push(otherEnding(file, names))
      else if (names.right.test(name)) {
        const oddity = entry.isFile() ? undefined : oddityOf(root, file)
        if (oddity === undefined) files.push({ file, key: name.replace(names.right, '') })
        else diagnostics.push(oddity === 'outside' ? linkOutside(file) : unreadable(file, oddity))
      }
    }
  }
  return { files: files.sort((a, b) => compareText(a.file, b.file)), diagnostics, exists: true }
}

/** A folder below the root, reached without symbolic links. */
function isRealFolder(root: string, folder: string): boolean {
  try {
    const path = join(realpathSync(root), folder)
    return statSync(path).isDirectory() && realpathSync(path) === path
  } catch {
    return false
  }
}

/** Whether a link is in place of the folder, or of one above it. */
function leadsThroughLink(root: string, folder: string): boolean {
  const parts = folder.split('/')
  return parts.some((_, index) => {
    const path = join(root, ...parts.slice(0, index + 1))
    return isLink(path)
  })
}

function isLinkedFolder(root: string, file: string): boolean {
  return statSync(join(root, file), { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** Why an entry that is not a plain file cannot be a definition; undefined if it can, as a link within the project. */
function oddityOf(root: string, file: string): string | undefined {
  try {
    // Opening a pipe would wait forever.
    return statSync(followed(root, file)).isFile() ? undefined : 'this is not a file'
  } catch (error) {
    if (error instanceof LinkOutside) return 'outside'
    return unreadableBecause(root, file, error)
  }
}

const buffer = Buffer.allocUnsafeSlow(LARGEST_FILE + 1)

/**
 * The bytes of a file in one of the project's own folders. The buffer is overwritten by the next call, so use it first.
 * Never reads more than the limit, whatever the file's size, and never follows a link out of the project.
 */
export function readBounded(root: string, file: string): { bytes: Buffer } | { fault: Diagnostic } {
  let descriptor: number | undefined
  try {
    descriptor = openListed(root, file)
    let length = 0
    for (;;) {
      const read = readSync(descriptor, buffer, length, buffer.length - length, null)
      if (read === 0) break
      length += read
      if (length === buffer.length) return { fault: tooLarge(file) }
    }
    return { bytes: buffer.subarray(0, length) }
  } catch (error) {
    if (error instanceof LinkOutside) return { fault: linkOutside(file) }
    return { fault: unreadable(file, unreadableBecause(root, file, error)) }
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function otherEnding(file: string, { alike, message, isOwnFolder }: Names): Diagnostic {
  const ending = isOwnFolder ? '.yaml' : '.test.yaml'
  return {
    severity: 'error',
    code: 'FILE_OVERLOOKED',
    message,
    hint: `rename it to ${file.slice(file.lastIndexOf('/') + 1).replace(alike, ending)}`,
    at: { file, line: 1, column: 1 },
  }
}

function linkedFolder(root: string, file: string): Diagnostic {
  if (oddityOf(root, file) === 'outside') return linkOutside(file)
  return {
    severity: 'error',
    code: 'FILE_OVERLOOKED',
    message: 'folders behind symbolic links are not entered: definitions in it would not be read',
    hint: 'move the folder here, or remove the link',
    at: { file, line: 1, column: 1 },
  }
}

/** The file is never read, so nothing of it can be shown. */
function linkOutside(file: string): Diagnostic {
  return {
    severity: 'error',
    code: 'LINK_OUTSIDE',
    message: 'the link leads out of the project: it is not opened',
    hint: 'put what it leads to here, or remove the link',
    at: { file, line: 1, column: 1 },
  }
}

function tooLarge(file: string): Diagnostic {
  return {
    severity: 'error',
    code: 'FILE_TOO_LARGE',
    message: 'the file is larger than 64 KiB',
    hint: 'a definition is some lines long: is this another kind of file?',
    at: { file, line: 1, column: 1 },
  }
}

function unreadable(file: string, message: string): Diagnostic {
  return { severity: 'error', code: 'FILE_UNREADABLE', message, at: { file, line: 1, column: 1 } }
}

/** The system's error is the same for a broken link and for a missing file. */
function unreadableBecause(root: string, file: string, error: unknown): string {
  const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT'
  if (isGone && isLink(join(root, file))) return 'this is a link that leads nowhere: what it names is not there'
  return `the file cannot be read: ${reason(error)}`
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  ELOOP: 'its links lead round in a circle',
  EMFILE: 'too many open files',
}

/** The system's own messages contain the absolute path, which must not appear in output that others read. */
function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
  return REASONS[code] ?? code
}
