import { DOCUMENT_TYPES, type DocumentType } from '../model/flow.js'
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

/** What a person needs for a verification. */
export interface Asked {
  /** The types of document that are taken; empty if none is asked for. */
  readonly documents: readonly DocumentType[]
  readonly checks: readonly Exclude<Check, 'document' | 'matching'>[]
}

export function askedOf(options: SessionOptions): Asked {
  const types = options.document && (options.document.allowed_types ?? DOCUMENT_TYPES)
  return {
    documents: DOCUMENT_TYPES.filter((type) => types?.includes(type)),
    checks: checksOf(options).filter((check) => check !== 'document' && check !== 'matching'),
  }
}

/** The checks in these options that a verifier cannot run. */
export function missingChecks(options: SessionOptions, { checks }: { readonly checks: readonly Check[] }): Check[] {
  return checksOf(options).filter((check) => !checks.includes(check))
}
