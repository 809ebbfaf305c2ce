import type { Outcome } from '../../model/outcome.js'
import { SESSION_ERROR_CODES, type SessionErrorCode, type SessionOptions } from '../../model/resources.js'

/** The checks that a report has a section for, in the order in which they are run. */
export const CHECKS = ['document', 'selfie', 'id_number', 'email', 'phone'] as const

export type CheckName = (typeof CHECKS)[number]

/** The checks that these options ask for. */
export function checksOf({ document, id_number, email, phone }: SessionOptions): readonly CheckName[] {
  const isOn: Record<CheckName, boolean> = {
    document: document !== undefined,
    selfie: document?.require_matching_selfie === true,
    id_number: id_number !== undefined || document?.require_id_number === true,
    email: email?.require_verification === true,
    phone: phone?.require_verification === true,
  }
  return CHECKS.filter((check) => isOn[check])
}

/** The check that fails with a code; none for the codes of people who gave up or could not begin. */
export function checkOf(code: SessionErrorCode): CheckName | undefined {
  return CHECKS.find((check) => code.startsWith(`${check}_`))
}

/** A flow without a selfie cannot fail for its selfie. */
export function outcomesOf(options: SessionOptions): readonly Outcome[] {
  const checks = checksOf(options)
  const codes = SESSION_ERROR_CODES.filter((code) => {
    const check = checkOf(code)
    return check === undefined || checks.includes(check)
  })
  return ['verified', ...codes]
}
