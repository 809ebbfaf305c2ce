import type { Assurance } from '../../../model/plan.js'
import type { DeployedChange } from '../../../model/schema-types.js'
import { assess } from '../../../plan/assurance.js'

/** What a deployed change did to the verification, as its plan said it. How much the flow was used is not kept. */
export function effectOf({ action, before, after, previous_key }: DeployedChange): Assurance {
  return assess({
    action,
    before,
    after: action === 'archive' ? null : after,
    wasActive: before !== null && action !== 'restore',
    previousKey: previous_key,
    sessions: 0,
  })
}
