import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { Failure } from '../../app/failure.js'
import { compareText } from '../../model/canonical.js'
import { PROVIDER_SOURCE, PROVIDER_VERSION } from '../../synth/package.js'
import { packageFile } from '../program/package-file.js'

/** Terraform looks for a provider under the name of its own registry, and OpenTofu under its own. */
export const HOSTS = ['registry.terraform.io', 'registry.opentofu.org'] as const
/** The same program for all of them: it needs Node.js. */
export const PLATFORMS = ['darwin_amd64', 'darwin_arm64', 'linux_amd64', 'linux_arm64'] as const
const LAUNCHER = 'terraform-provider-flows'
const UNFINISHED = '.flows-install-'

export type Outcome = 'installed' | 'replaced' | 'unchanged'

export interface Installation {
  readonly outcome: Outcome
  /** The provider's checksum in a lock file; the same for every platform. */
  readonly checksum: string
}

/**
 * Copies the provider of this package into a folder of plugins, for every host and platform. A version is there whole
 * or not at all, even if this process is killed. A copy with the same bytes stays untouched.
 */
export function installProvider(plugins: string): Installation {
  const built = packageFile('dist/terraform')
  if (!existsSync(join(built, LAUNCHER))) {
    throw new Failure('provider_missing', 'This package was built without its provider for Terraform.', {
      hint: 'in a clone of the repository, npm run bundle builds it',
    })
  }
  const wanted = contentsOf(built)
  const checksum = checksumOf(wanted)
  const places = HOSTS.map((host) => ({ host, place: join(plugins, host, PROVIDER_SOURCE, PROVIDER_VERSION) }))
  const stale = places.filter(({ place }) => !PLATFORMS.every((platform) => isSame(join(place, platform), wanted)))
  if (stale.length === 0) return { outcome: 'unchanged', checksum }
  const wasThere = places.some(({ place }) => existsSync(place))
  const base = dirname(plugins)
  mkdirSync(base, { recursive: true })
  removeUnfinished(base)
  // Outside the plugins, where Terraform does not look, but on the same disk, so that the rename is one step.
  const staging = mkdtempSync(join(base, `${UNFINISHED}${process.pid}-`))
  try {
    for (const { host, place } of stale) {
      const fresh = join(staging, host)
      for (const platform of PLATFORMS) {
        cpSync(built, join(fresh, platform), { recursive: true })
        chmodSync(join(fresh, platform, LAUNCHER), 0o755)
      }
      mkdirSync(dirname(place), { recursive: true })
      if (existsSync(place)) renameSync(place, join(staging, `${host}.old`))
      renameSync(fresh, place)
    }
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
  return { outcome: wasThere ? 'replaced' : 'installed', checksum }
}

/** Every file by its path in a folder. */
function contentsOf(folder: string): ReadonlyMap<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory())
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [relative(folder, path).split(sep).join('/'), readFileSync(path)]
    }),
  )
}

/** Terraform's `h1:` checksum of an unpacked provider: a checksum over the list of its files' checksums. */
function checksumOf(contents: ReadonlyMap<string, Buffer>): string {
  const list = [...contents]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([path, bytes]) => `${createHash('sha256').update(bytes).digest('hex')}  ${path}\n`)
  return `h1:${createHash('sha256').update(list.join('')).digest('base64')}`
}

function isSame(folder: string, wanted: ReadonlyMap<string, Buffer>): boolean {
  if (!existsSync(folder)) return false
  const there = contentsOf(folder)
  if (there.size !== wanted.size) return false
  if (![...wanted].every(([path, bytes]) => there.get(path)?.equals(bytes))) return false
  return (statSync(join(folder, LAUNCHER)).mode & 0o111) === 0o111
}

/** Removes what killed runs left behind; a run that is still at work keeps its files. */
function removeUnfinished(base: string): void {
  for (const name of readdirSync(base)) {
    const pid = new RegExp(`^\\${UNFINISHED}(\\d+)-`).exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(base, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
