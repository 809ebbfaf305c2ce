import { readCacheFile, writeCacheFile } from '../load/cache-file.js'
import { digestOf } from '../model/canonical.js'
import type { Plan } from '../model/plan.js'
import type { PlanMemory } from '../pipeline.js'

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
    readonly environment: string
    readonly remote: string
  },
): PlanMemory {
  const file = `plan-${subject.environment}.json`
  const about = digestOf(subject)
  return {
    recall: () => {
      const remembered = readCacheFile<Remembered>(root, file)
      return remembered?.about === about ? remembered : null
    },
    remember: (etag, plan) => writeCacheFile<Remembered>(root, file, { about, etag, plan }),
  }
}
