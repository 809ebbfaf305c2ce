import { readFileSync } from 'node:fs'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { specOf } from './package-json.js'

/** The name of this package. */
export const PACKAGE = 'verification-flows'

/** What stands for this program among the packages of a project. */
export interface Source {
  /** What a package manager installs: a tarball, a git address, a version. */
  readonly spec: string
  /** How that is known. `version`: where this program came from is not known, so this is its version in the registry. */
  readonly by: 'option' | 'installed' | 'version'
}

/**
 * What this program itself was installed from, as whoever installed it wrote that down: the package.json in whose
 * node_modules it is. A global installation has none.
 * @param program the folder of this package
 */
export function sourceOf(program: string, version: string, given: string | undefined): Source {
  if (given !== undefined) return { spec: given, by: 'option' }
  const [owner, inside] = program.split(`${sep}node_modules${sep}`, 2)
  const spec = inside === undefined || owner === undefined ? undefined : specIn(owner)
  return spec === undefined ? { spec: version, by: 'version' } : { spec, by: 'installed' }
}

/** A spec with its path, if it is one, absolute. */
function specIn(owner: string): string | undefined {
  try {
    const spec = specOf(readFileSync(join(owner, 'package.json'), 'utf8'), PACKAGE)
    const path = spec === undefined ? undefined : pathIn(spec)
    return path === undefined ? spec : `file:${resolve(owner, path)}`
  } catch {
    return undefined
  }
}

/** A spec as it is written into the package.json of a folder: the path of a tarball is relative to that. */
export function specFor(spec: string, folder: string): string {
  const path = pathIn(spec)
  if (path === undefined || !isAbsolute(path)) return spec
  const inside = relative(folder, path).split(sep).join('/')
  return `file:${inside}`
}

/** Whether a spec is a file outside of a repository, which nobody else has. */
export function isElsewhere(spec: string, folder: string, repository: string): boolean {
  const path = pathIn(spec)
  return path !== undefined && relative(repository, resolve(folder, path)).startsWith('..')
}

/** Whether a package manager fetches the spec by git, and so has to build it. */
export function isGit(spec: string): boolean {
  return /^(?:git[+:@]|(?:github|gitlab|bitbucket|gist):)|^[\w.-]+\/[\w.-]+(?:#|$)|\.git(?:#|$)/.test(spec)
}

function pathIn(spec: string): string | undefined {
  if (spec.startsWith('file:')) return spec.slice('file:'.length).replace(/^\/\/(?=\/)/, '')
  return /^\.{0,2}\//.test(spec) ? spec : undefined
}

/** The folder that a spec given on the command line is relative to is the current one. */
export function givenSpec(spec: string, cwd: string): string {
  const path = pathIn(spec) ?? (/\.(?:tgz|tar\.gz)$/.test(spec) && !spec.includes('://') ? spec : undefined)
  return path === undefined ? spec : `file:${resolve(cwd, path)}`
}
