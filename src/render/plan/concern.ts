import type { Change, Plan } from '../../model/plan.js'

/** How much a reviewer has to look at a change, most first. */
const CONCERNS = ['blocked', 'weakens', 'exposes', 'breaks_callers', 'other'] as const
export type Concern = (typeof CONCERNS)[number]

/** Tells what is most worth looking at in each change of a plan. */
export function concernsOf({ guards }: Pick<Plan, 'guards'>): (change: Change) => Concern {
  const blocked = new Set(guards.filter(({ status }) => status === 'blocked').flatMap(({ keys }) => keys))
  return ({ key, assurance }) => {
    if (blocked.has(key)) return 'blocked'
    if (assurance.effect === 'weakens' || assurance.effect === 'mixed') return 'weakens'
    if (assurance.exposes_link) return 'exposes'
    return assurance.breaks_callers ? 'breaks_callers' : 'other'
  }
}

/** The same items, most worrying first; equal ones in the order they came in. */
export function mostWorryingFirst<T>(items: readonly T[], concernOf: (item: T) => Concern): T[] {
  return [...items].sort((a, b) => CONCERNS.indexOf(concernOf(a)) - CONCERNS.indexOf(concernOf(b)))
}
