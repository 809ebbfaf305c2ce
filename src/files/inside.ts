import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'

/**
 * The one rule for links, for every command that reads or writes files: a link is followed where what it leads to lies
 * in the project, and is never opened where it leads out of it. Whoever sends in a change may add links to it, and the
 * machine that checks the change has files that are none of the sender's business. The project is the folder that holds
 * the configuration file, wherever that lies: a project below a linked folder is a project like any other.
 */
export class LinkOutside extends Error {
  override readonly name = 'LinkOutside'

  constructor() {
    super('the link leads out of the project')
  }
}

/** Where a file or folder of the project really is. Throws LinkOutside, and the system's error where there is none. */
export function followed(root: string, file: string): string {
  const real = realpathSync(join(root, file))
  if (!isWithin(real, realpathSync(root))) throw new LinkOutside()
  return real
}

/** Opens a file of the project for reading, by the rule above; a pipe without waiting for its other end. */
function openInside(root: string, file: string): number {
  return opened(followed(root, file), root)
}

/** What stands in a file of the project. Throws LinkOutside, and the system's error. */
export function textInside(root: string, file: string): string {
  const descriptor = openInside(root, file)
  try {
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}

/**
 * As `openInside`, for a file whose folder is known to be one of the project's own: cheaper, as only the file itself is
 * looked at.
 */
export function openListed(root: string, file: string): number {
  try {
    // Not join(): for ten thousand files, its care for what these paths cannot hold takes as long as opening them.
    return opened(`${root}/${file}`, root)
  } catch (error) {
    // What the system says of a last link that it may not follow: ELOOP, or EMLINK on FreeBSD.
    if (!['ELOOP', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    return openInside(root, file)
  }
}

/**
 * Where a path that somebody named really is; its last part need not be there. A path that, as it is written, lies in
 * the project must lead there; whoever names one outside of it knows what they name. Throws LinkOutside.
 */
export function followedIfInside(root: string, path: string): string {
  const real = realOrNew(path)
  const inside = realOrNew(root)
  if (isWrittenInside(inside, path) && !isWithin(real, inside)) throw new LinkOutside()
  return real
}

/** Whether a link stands there, wherever it leads. */
export function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
}

/** Whether one path is the other or lies below it; neither may hold a link. */
function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** Between a look at a path and its opening, anybody may have put a link there: what counts is what was opened. */
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

/** Linux alone says where an open file is. */
function pathOf(descriptor: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    return undefined
  }
}

/** Elsewhere: where the path leads now, if that is the file that was opened. */
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

/** Whether the path goes through the project's own folder, by whatever links it comes there. */
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
