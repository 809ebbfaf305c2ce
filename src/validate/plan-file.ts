import { diffDigest, type Plan, planDigest } from '../model/plan.js'
import { validate } from './generated/plan.js'

export type PlanFile = { readonly plan: Plan } | { readonly faults: readonly string[] }

/**
 * Reads a plan from its JSON text. Refused with all its faults: what is no JSON, breaks plan.schema.json, or carries a
 * digest that is not the one of its content. The command's exit code is no part of a plan and is dropped.
 */
export function readPlanFile(text: string): PlanFile {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { faults: [`not JSON: ${(error as Error).message}`] }
  }
  if (!validate(value)) {
    const faults = (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`)
    return { faults: [...new Set(faults)] }
  }
  const { exit_code: _, ...plan } = value as Plan
  const faults = [
    ...(planDigest(plan) === plan.digest ? [] : ['/digest is not the digest of this plan']),
    ...plan.changes.flatMap((change, index) =>
      diffDigest(change) === change.diff_digest ? [] : [`/changes/${index}/diff_digest is not that of this change`],
    ),
  ]
  return faults.length > 0 ? { faults } : { plan }
}
