import type { Change, Plan } from '../../model/plan.js'

/** How urgently a reviewer must look at a change, most urgent first. */
const CONCERNS = ['blocked', 'weakens', 'exposes', 'breaks_callers', 'other'] as const
export type Concern = (typeof CONCERNS)[number]

/** Finds the most important concern for each change of a plan. */
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
