import { MOST_CHANGES } from '../model/deployment.js'
import type { Plan } from '../model/plan.js'
import { Failure } from './failure.js'

type Sized = Pick<Plan, 'changes' | 'accepted'>

/** Why a plan is more than one deployment can be, and the way out; null if it is not. */
export function oversize({
  changes,
  accepted = [],
}: Sized): { readonly message: string; readonly hint: string } | null {
  const count = changes.length + accepted.length
  if (count <= MOST_CHANGES) return null
  const [many, most] = [count, MOST_CHANGES].map((number) => number.toLocaleString('en'))
  return {
    message: `it would change ${many} flows, and one deployment changes ${most} at most`,
    hint: 'bring the definitions in by several commits, and apply each; or limit each run with --only',
  }
}

/** Throws Failure before anything of such a plan is shown, agreed to or sent. */
export function refuseOversize(plan: Sized): void {
  const found = oversize(plan)
  if (found === null) return
  throw new Failure('too_many_changes', `Not applied: ${found.message}. Nothing was written.`, { hint: found.hint })
}
