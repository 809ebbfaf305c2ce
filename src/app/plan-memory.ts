import { readCacheFile, writeCacheFile } from '../load/cache/cache-file.js'
import { digestOf } from '../model/canonical.js'
import { isEmpty, type Plan } from '../model/plan.js'
import type { Allowance } from '../plan/allowance.js'
import { settled } from '../plan/deployed.js'
import type { PlanMemory } from './plan.js'
import type { Site } from './site.js'

interface Remembered {
  readonly about: string
  readonly etag: string
  readonly plan: Plan
}

/**
 * Keeps the last empty plan of an environment in the cache folder. An entry is used only if all that the plan depends
 * on, apart from the state, is the same. A damaged entry is ignored. The program is part of the digest of the
 * definitions.
 */
export function planMemory(
  { project: { root, config }, target }: Site,
  subject: {
    readonly definitions: { readonly digest: string }
    readonly policies: { readonly digest: string | null }
    readonly remote: { readonly label: string }
    /** Guards and policies lifted by name for this run. */
    readonly allow: readonly Allowance[]
  },
): PlanMemory {
  const file = `plan-${target.name}.json`
  const about = digestOf({
    definitions: subject.definitions.digest,
    policies: subject.policies.digest,
    project: config.project,
    environment: target.name,
    // The environment's mode and guards.
    settings: target.settings,
    remote: subject.remote.label,
    allow: subject.allow,
  })
  const remember = (etag: string, plan: Plan) => writeCacheFile<Remembered>(root, file, { about, etag, plan })
  let last: { readonly plan: Plan; readonly etag: string; readonly store: string | null } | undefined
  return {
    recall: () => {
      const remembered = readCacheFile<Remembered>(root, file)
      return remembered?.about === about ? remembered : null
    },
    made: (plan, { etag, store }) => {
      last = { plan, etag, store }
      if (isEmpty(plan)) remember(etag, plan)
    },
    applied: (deployment, { before, after, was_empty }) => {
      if (last === undefined) return
      // The first apply makes the embedded store, and with it the store's own part of the tag.
      const isSame = last.etag === before || (last.store === null && was_empty)
      const plan = isSame ? settled(last.plan, deployment) : null
      if (plan !== null) remember(after, plan)
    },
  }
}
