import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROVIDER_SOURCE, PROVIDER_VERSION } from '../../synth/package.js'

/** Lies beside a configuration of Terraform or OpenTofu. */
export const LOCK_FILE = '.terraform.lock.hcl'

/**
 * Whether the lock file beside a configuration allows only other builds of this version of the provider. If so,
 * `terraform init` refuses the build with this checksum.
 */
export function isLockedToOther(folder: string, checksum: string): boolean {
  const lock = join(folder, LOCK_FILE)
  if (!existsSync(lock)) return false
  return blocksOf(readFileSync(lock, 'utf8')).some((block) => {
    const hashes: readonly string[] = block.match(/"(?:h1|zh):[^"]*"/g) ?? []
    return hashes.length > 0 && !hashes.includes(`"${checksum}"`)
  })
}

/** The blocks of Terraform and OpenTofu for this version of the provider. */
function blocksOf(lock: string): string[] {
  return lock
    .split(/^(?=provider ")/m)
    .filter((block) => block.split('\n', 1)[0]?.includes(`/${PROVIDER_SOURCE}"`))
    .filter((block) => /^\s*version\s*=\s*"(.*)"/m.exec(block)?.[1] === PROVIDER_VERSION)
}
