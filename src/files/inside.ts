import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'

/**
 * The one rule for links, for every command that reads or writes files. A link is followed if it leads to a place in
 * the project; it is never opened if it leads out. Reason: a change that anybody sends in may add links, and the
 * machine that checks it has files that are not the sender's business. The project is the folder with the configuration
 * file, wherever that is: a project below a linked folder is a project like any other.
 */
export class LinkOutside extends Error {
  override readonly name = 'LinkOutside'

  constructor() {
    super('the link leads out of the project')
  }
}

/** The real place of a project's file or folder. Throws LinkOutside, or the system's error if it does not exist. */
export function followed(root: string, file: string): string {
  const real = realpathSync(join(root, file))
  if (!isWithin(real, realpathSync(root))) throw new LinkOutside()
  return real
}

/** Opens a project file for reading, by the rule above. Does not wait for the other end of a pipe. */
function openInside(root: string, file: string): number {
  return opened(followed(root, file), root)
}

/** The text of a project file. Throws LinkOutside, or the system's error. */
export function textInside(root: string, file: string): string {
  const descriptor = openInside(root, file)
  try {
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Like `openInside`, for a file in a folder that is known to be the project's own. Cheaper: it checks only the file
 * itself.
 */
export function openListed(root: string, file: string): number {
  try {
    // Not join(): for ten thousand files, its checks for what these paths cannot contain take as long as opening.
    return opened(`${root}/${file}`, root)
  } catch (error) {
    // The system's answer if the last part is a link that it must not follow: ELOOP, or EMLINK on FreeBSD.
    if (!['ELOOP', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    return openInside(root, file)
  }
}

/**
 * The real place of a path that the user named; its last part need not exist. A path written as inside the project must
 * lead there. For a path outside, the user's choice counts. Throws LinkOutside.
 */
export function followedIfInside(root: string, path: string): string {
  const real = realOrNew(path)
  const inside = realOrNew(root)
  if (isWrittenInside(inside, path) && !isWithin(real, inside)) throw new LinkOutside()
  return real
}

/** Whether the path is a link, wherever it leads. */
export function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
}

/** Whether the paths are the same, or the first is below the second. Neither may contain a link. */
function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** Somebody may put a link at a path between the check and the opening. So this checks what was really opened. */
function opened(path: string, root: string): number {
  const descriptor = openSync(path, READ)
  try {
    const real = pathOf(descriptor) ?? samePath(descriptor, path)
    if (real !== undefined && (isWithin(real, root) || isWithin(real, realpathSync(root)))) return descriptor
    throw new LinkOutside()
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

/** Only Linux says where an open file is. */
function pathOf(descriptor: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    return undefined
  }
}

/** For other systems: where the path leads now, if that is still the opened file. */
function samePath(descriptor: number, path: string): string | undefined {
  const real = realpathSync(path)
  const [there, here] = [lstatSync(real, { bigint: true }), fstatSync(descriptor, { bigint: true })]
  return there.ino === here.ino && there.dev === here.dev ? real : undefined
}

function realOrNew(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error
    return join(realOrNew(dirname(path)), basename(path))
  }
}

/** Whether the path goes through the project's own folder, through whatever links. */
function isWrittenInside(root: string, path: string): boolean {
  for (let above = path; ; above = dirname(above)) {
    if (realOrUndefined(above) === root) return true
    if (dirname(above) === above) return false
  }
}

function realOrUndefined(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
