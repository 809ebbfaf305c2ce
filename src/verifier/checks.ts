import type { SessionOptions } from '../model/resources.js'

/**
 * The checks of a person, in the order of running. Each of the first five has its own section in a report; live capture
 * and the comparison of names belong to other sections.
 */
export const CHECKS = ['document', 'selfie', 'id_number', 'email', 'phone', 'matching'] as const

export type Check = (typeof CHECKS)[number]

/** The checks that these options ask for. */
export function checksOf({ document, id_number, email, phone, matching }: SessionOptions): readonly Check[] {
  const isOn: Record<Check, boolean> = {
    document: document !== undefined,
    selfie: document?.require_matching_selfie === true,
    id_number: id_number !== undefined || document?.require_id_number === true,
    email: email?.require_verification === true,
    phone: phone?.require_verification === true,
    matching: matching !== undefined,
  }
  return CHECKS.filter((check) => isOn[check])
}

/** The checks in these options that a verifier cannot run. */
export function missingChecks(options: SessionOptions, { checks }: { readonly checks: readonly Check[] }): Check[] {
  return checksOf(options).filter((check) => !checks.includes(check))
}
