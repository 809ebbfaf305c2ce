import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { badUsage, Failure } from '../failure.js'
import { managerIn, managerNamed, type PackageManager, usualManager } from './package-manager.js'

/** Where a project lies in its git repository, and who installs packages there. Paths are relative to the root. */
export interface Repository {
  /** Absolute path of the repository; without git, of the project. */
  readonly root: string
  /** Folder of the project; empty at the root. */
  readonly project: string
  /** Folder of the package.json that the project belongs to; where there is none, of the project. */
  readonly packages: string
  /** Folder of the lock file; where there is none yet, that of package.json. */
  readonly lock: string
  readonly hasLock: boolean
  readonly manager: PackageManager
  /** Whether package.json fixes the version of its package manager. */
  readonly isManagerFixed: boolean
}

/** @param project absolute path; the folder itself need not exist yet. */
export function repositoryOf(project: string): Repository {
  const root = ownerOf(project, '.git') ?? project
  const path = (folder: string) => relative(root, folder).split(sep).join('/')
  const packages = ownerOf(project, 'package.json', root) ?? project
  const lock = lockAbove(packages, root)
  const named = [packages, lock ?? packages].map(packageManagerIn).find((name) => name !== undefined)
  return {
    root,
    project: path(project),
    packages: path(packages),
    lock: path(lock ?? packages),
    hasLock: lock !== undefined,
    manager: (lock === undefined ? managerNamed(named) : managerIn(lock)) ?? usualManager,
    isManagerFixed: managerNamed(named) !== undefined,
  }
}

/**
 * Throws Failure for a folder that no job can name: it stands in scripts and in YAML, of two services, and quoting for
 * all of them is a source of mistakes.
 */
export function checkFolderName({ project, packages }: Repository): void {
  const odd = [project, packages].find((folder) => !/^(?!-)[\w.@+-]*(?:\/(?!-)[\w.@+-]+)*$/.test(folder))
  if (odd === undefined) return
  throw badUsage(
    `no CI job can be written for a folder with the name ${JSON.stringify(odd)}`,
    'letters, digits, "-", "_", ".", "@" and "+" are taken; --ci none starts a project without jobs',
  )
}

/** The text of package.json, or undefined if there is none, or an empty one. Throws Failure if it cannot be read. */
export function packageJsonIn(folder: string): string | undefined {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return undefined
  try {
    const text = readFileSync(file, 'utf8')
    return text.trim() === '' ? undefined : text
  } catch (error) {
    throw new Failure('unreadable_file', `${file} cannot be read`, { cause: error })
  }
}

/** A path below a folder that is relative as well; empty stands for the folder itself. */
export function below(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}

/** The nearest folder, from here up to the last one, in which there is a file or folder of this name. */
function ownerOf(folder: string, name: string, last?: string): string | undefined {
  for (let above = folder; ; above = dirname(above)) {
    if (existsSync(join(above, name))) return above
    if (above === last || above === dirname(above)) return undefined
  }
}

function lockAbove(folder: string, last: string): string | undefined {
  for (let above = folder; ; above = dirname(above)) {
    if (managerIn(above) !== undefined) return above
    if (above === last || above === dirname(above)) return undefined
  }
}

function packageManagerIn(folder: string): unknown {
  try {
    return JSON.parse(packageJsonIn(folder) ?? '{}').packageManager
  } catch {
    return undefined
  }
}
