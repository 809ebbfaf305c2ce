import { version } from '../cli/program/version.js'
import { readCacheFile, writeCacheFile } from '../load/cache/cache-file.js'
import { digestOf } from '../model/canonical.js'
import type { Plan } from '../model/plan.js'
import type { Environment } from '../model/schema-types.js'
import type { Allowance } from '../plan/allowance.js'
import type { PlanMemory } from './plan.js'

interface Remembered {
  readonly about: string
  readonly etag: string
  readonly plan: Plan
}

/**
 * Keeps the last empty plan of an environment in the cache folder. `about` names everything a plan depends on but the
 * state: an entry about anything else, or one that was damaged, is as good as none.
 */
export function planMemory(
  root: string,
  subject: {
    readonly definitions: string
    readonly policies: string | null
    readonly project: string
    readonly environment: string
    /** What the configuration says of the environment: its mode and guards. */
    readonly settings: Environment
    readonly remote: string
    /** What is lifted by name for this run. */
    readonly allow: readonly Allowance[]
  },
): PlanMemory {
  const file = `plan-${subject.environment}.json`
  const about = digestOf({ ...subject, program: version })
  return {
    recall: () => {
      const remembered = readCacheFile<Remembered>(root, file)
      return remembered?.about === about ? remembered : null
    },
    remember: (etag, plan) => writeCacheFile<Remembered>(root, file, { about, etag, plan }),
  }
}
