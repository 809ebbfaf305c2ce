import type { FlowDeploymentSummary } from '../../model/schema-types.js'
import { ACTIONS } from '../plan/summary.js'

/** "1 created, 2 updated". */
export function countsText(summary: FlowDeploymentSummary['summary']): string {
  const names = Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]
  return names
    .filter((action) => summary[action] > 0)
    .map((action) => `${summary[action]} ${ACTIONS[action].done}`)
    .join(', ')
}
