import { isObject } from '../model/json.js'
import { diffDigest, fileDigest, type Plan, planDigest, type SavedPlan } from '../model/plan.js'
import { quote } from '../text/quote.js'
import { validate } from './generated/plan.js'

const FORMAT = 'flows.plan'
const FORMAT_VERSION = '1.0'
/** In UTF-8; and in UTF-16, which is not text in UTF-8. */
const BYTE_ORDER_MARK = /^(?:\ufeff|\ufffd\ufffd)/

export type PlanFile = { readonly plan: Plan } | { readonly faults: readonly string[] }

/**
 * Reads a plan from its JSON text. Refuses it, with all faults, if it is not JSON, breaks plan.schema.json, or has a
 * digest that does not fit its content: nobody may alter a saved plan. The exit code is not part of a plan, so it is
 * dropped.
 */
export function readPlanFile(text: string): PlanFile {
  if (BYTE_ORDER_MARK.test(text)) {
    return { faults: ['it begins with a byte order mark, so a program has written it anew: keep it as it was saved'] }
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Do not use the engine's own message: it shows the content, and the file may be any file.
    return { faults: ['this is not a saved plan: it is not JSON'] }
  }
  if (!isObject(value) || value.format !== FORMAT) return { faults: ['this is not a saved plan'] }
  if (value.format_version !== FORMAT_VERSION) {
    const version = typeof value.format_version === 'string' ? ` ${quote(value.format_version)}` : ' that is not said'
    const way = 'use the version of flows that made it, or plan again'
    return { faults: [`it is of format version${version}, and this program reads ${FORMAT_VERSION}: ${way}`] }
  }
  if (!validate(value)) {
    const faults = (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`)
    return { faults: [...new Set(faults)] }
  }
  const { exit_code: _, ...plan } = value as unknown as Plan
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

/** Whether `plan --out` saved it. A printed plan does not say where it was made, nor that it is complete. */
export function isSaved(plan: Plan): plan is SavedPlan {
  return plan.service !== undefined && plan.allowed !== undefined && plan.file_digest !== undefined
}
