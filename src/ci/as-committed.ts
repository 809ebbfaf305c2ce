import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

interface Entry {
  readonly mode: string
  readonly id: string
}

/** Git's modes of what is not a plain file. */
const LINK = '120000'
const SUBMODULE = '160000'

/** The most files that git is asked about by name, since it filters them: what a command line holds for sure. */
const MOST_FILTERED = 500

/**
 * Whether the files have the bytes that HEAD has for them, and HEAD has no YAML file in `paths` beside them; null if git
 * does not say. `git status` is no answer to that: it passes over files that are ignored, or marked as unchanged in the
 * index, and over what a sparse checkout leaves out.
 * @param root the folder that all paths are relative to
 * @param paths files and folders to look at in HEAD
 * @param read the files that were read
 */
export async function areAsCommitted(
  root: string,
  paths: readonly string[],
  read: readonly string[],
): Promise<boolean | null> {
  const git = async (...args: string[]) => {
    const env = { ...process.env, LC_ALL: 'C' }
    const options = { cwd: root, timeout: 10_000, maxBuffer: 256 * 1024 * 1024, env }
    return (await execute('git', ['--no-optional-locks', '--no-replace-objects', ...args], options)).stdout
  }
  const inHead = async (...names: string[]) => entriesIn(await git('ls-tree', '-r', '-z', 'HEAD', '--', ...names))
  try {
    const links = read.filter((file) => lstatSync(join(root, file)).isSymbolicLink())
    const targets = links.map((file) =>
      relative(realpathSync(root), realpathSync(join(root, file)))
        .split(sep)
        .join('/'),
    )
    const head = new Map([...(await inHead(...paths)), ...(targets.length > 0 ? await inHead(...targets) : [])])
    // What is in a submodule is a matter of another repository.
    if ([...head.values()].some(({ mode }) => mode === SUBMODULE)) return null
    const committed = [...head]
      .filter(([file, { mode }]) => mode !== LINK && /\.ya?ml$/.test(file))
      .map(([file]) => file)
    if (links.some((file) => !isLinkOf(head.get(file), readlinkSync(join(root, file))))) return false
    const plain = [...new Set([...read.filter((file) => !links.includes(file)), ...targets, ...committed])]
    const others: string[] = []
    for (const file of plain) {
      const entry = head.get(file)
      if (entry === undefined || entry.mode === LINK) return false
      if (!isBlob(entry.id, readFileSync(join(root, file)))) others.push(file)
    }
    if (others.length === 0) return true
    if (others.length > MOST_FILTERED) return false
    // A repository may keep its files encrypted, or in another encoding: then git says what they would be committed as.
    const ids = (await git('hash-object', '--', ...others)).trim().split('\n')
    return others.every((file, index) => head.get(file)?.id === ids[index])
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? false : null
  }
}

function entriesIn(listing: string): [string, Entry][] {
  return listing
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [about = '', file = ''] = line.split('\t', 2)
      const [mode = '', , id = ''] = about.split(' ')
      return [file, { mode, id }]
    })
}

function isLinkOf(entry: Entry | undefined, target: string): boolean {
  return entry?.mode === LINK && entry.id === blobId(entry.id, Buffer.from(target))
}

/** Whether these are the bytes of a blob, whatever line ends a checkout gave them. */
function isBlob(id: string, bytes: Buffer): boolean {
  if (id === blobId(id, bytes)) return true
  if (!bytes.includes('\r\n')) return false
  return id === blobId(id, Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'))
}

/** In the format of the repository: SHA-1, or SHA-256. */
function blobId({ length }: string, bytes: Buffer): string {
  const hash = createHash(length === 64 ? 'sha256' : 'sha1')
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}
