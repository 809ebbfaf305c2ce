import { isObject } from '../model/json.js'
import { diffDigest, fileDigest, type Plan, planDigest, type SavedPlan } from '../model/plan.js'
import { quote } from '../text/quote.js'
import { validate } from './generated/plan.js'

const FORMAT = 'flows.plan'
const FORMAT_VERSION = '1.0'
/** Of UTF-8; and of UTF-16, which is no text in UTF-8. */
const BYTE_ORDER_MARK = /^(?:\ufeff|\ufffd\ufffd)/

export type PlanFile = { readonly plan: Plan } | { readonly faults: readonly string[] }

/**
 * Reads a plan from its JSON text. Refused with all its faults: what is no JSON, breaks plan.schema.json, or carries a
 * digest that is not the one of its content: of a saved plan nothing can be altered. The command's exit code is no part of a plan and is dropped.
 */
export function readPlanFile(text: string): PlanFile {
  if (BYTE_ORDER_MARK.test(text)) {
    return { faults: ['it begins with a byte order mark, so a program has written it anew: keep it as it was saved'] }
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Not with the engine's own message, which shows what stands there: the file may be any.
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

/** Whether it was saved by `plan --out`: what is only printed says neither where it was made nor that it is whole. */
export function isSaved(plan: Plan): plan is SavedPlan {
  return plan.service !== undefined && plan.allowed !== undefined && plan.file_digest !== undefined
}
