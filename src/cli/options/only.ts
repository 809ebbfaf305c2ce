import { Option } from '@commander-js/extra-typings'
import { badUsage } from '../../app/failure.js'
import type { Planned } from '../../app/plan-project.js'
import { suggest } from '../../text/nearest.js'

/** `--only a --only b`: limits a plan to some flows. */
export function onlyOption() {
  return new Option('--only <key>', 'limit the plan to this flow; may be repeated')
    .default([] as readonly string[], 'every flow')
    .argParser((value: string, previous: readonly string[]) => [...previous, value])
}

/** Throws for a key that is in no definition and no change of the plan; most likely a typing mistake. */
export function checkOnly(only: readonly string[], { plan, defined }: Pick<Planned, 'plan' | 'defined'>): void {
  const changed = plan.changes.flatMap(({ key, previous_key: previous }) =>
    previous === null ? [key] : [key, previous],
  )
  const known = new Set([...defined, ...changed])
  const unknown = only.find((key) => !known.has(key))
  if (unknown === undefined) return
  const why = `--only ${unknown}: no definition has this key, and no change is about it`
  throw badUsage(why, suggest(unknown, [...known], 'there are'))
}
