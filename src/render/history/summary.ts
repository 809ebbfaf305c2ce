import type { FlowDeploymentSummary } from '../../model/schema-types.js'
import { ACTIONS, recordsText } from '../plan/summary.js'

/** "1 created, 2 updated, 1 recorded as edited". */
export function countsText(summary: FlowDeploymentSummary['summary']): string {
  const names = Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]
  const counts = names
    .filter((action) => summary[action] > 0)
    .map((action) => `${summary[action]} ${ACTIONS[action].done}`)
  return [...counts, ...(summary.record ? [recordsText(summary.record)] : [])].join(', ')
}
