import { diffDigest, fileDigest, type Plan, planDigest, type SavedPlan } from '../model/plan.js'
import { validate } from './generated/plan.js'

export type PlanFile = { readonly plan: Plan } | { readonly faults: readonly string[] }

/**
 * Reads a plan from its JSON text. Refused with all its faults: what is no JSON, breaks plan.schema.json, or carries a
 * digest that is not the one of its content: of a saved plan nothing can be altered. The command's exit code is no part of a plan and is dropped.
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
    ...(plan.file_digest === undefined || fileDigest(plan) === plan.file_digest
      ? []
      : ['/file_digest is not the digest of this file: it was altered after it was saved']),
    ...(planDigest(plan) === plan.digest ? [] : ['/digest is not the digest of this plan']),
    ...plan.changes.flatMap((change, index) =>
      diffDigest(change) === change.diff_digest ? [] : [`/changes/${index}/diff_digest is not that of this change`],
    ),
  ]
  return faults.length > 0 ? { faults } : { plan }
}

/** Whether it was saved by `plan --out`: what is only printed says neither where it was made nor that it is whole. */
export function isSaved(plan: Plan): plan is SavedPlan {
  return plan.service !== undefined && plan.allowed !== undefined && plan.file_digest !== undefined
}
