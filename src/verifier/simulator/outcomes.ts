import type { Outcome } from '../../model/outcome.js'
import { SESSION_ERROR_CODES, type SessionErrorCode, type SessionOptions } from '../../model/resources.js'
import { CHECKS, type Check, checksOf } from '../checks.js'

/** A check that a report has a section for. */
export type Section = Exclude<Check, 'matching'>

/** The sections that the report of a session with these options has, in the order in which the checks are run. */
export function sectionsIn(options: SessionOptions): readonly Section[] {
  return checksOf(options).filter((check) => check !== 'matching')
}

/** The check that fails with a code; none for the codes of people who gave up or could not begin. */
export function checkOf(code: SessionErrorCode): Section | undefined {
  return CHECKS.filter((check) => check !== 'matching').find((check) => code.startsWith(`${check}_`))
}

/** A flow without a selfie cannot fail for its selfie. */
export function outcomesOf(options: SessionOptions): readonly Outcome[] {
  const sections = sectionsIn(options)
  const codes = SESSION_ERROR_CODES.filter((code) => {
    const check = checkOf(code)
    return check === undefined || sections.includes(check)
  })
  return ['verified', ...codes]
}
