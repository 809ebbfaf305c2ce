import type { Outcome } from '../../model/outcome.js'
import { SESSION_ERROR_CODES, type SessionErrorCode, type SessionOptions } from '../../model/resources.js'
import { CHECKS, type Check, checksOf } from '../checks.js'

/** A check that has a section in reports. */
export type Section = Exclude<Check, 'matching'>

/** The sections in a report of a session with these options, in the order of running. */
export function sectionsIn(options: SessionOptions): readonly Section[] {
  return checksOf(options).filter((check) => check !== 'matching')
}

/** The check that fails with a code; none for codes of people who gave up or could not begin. */
export function checkOf(code: SessionErrorCode): Section | undefined {
  return CHECKS.filter((check) => check !== 'matching').find((check) => code.startsWith(`${check}_`))
}

/** The possible outcomes: without a selfie check, for example, the selfie cannot fail. */
export function outcomesOf(options: SessionOptions): readonly Outcome[] {
  const sections = sectionsIn(options)
  const codes = SESSION_ERROR_CODES.filter((code) => {
    const check = checkOf(code)
    return check === undefined || sections.includes(check)
  })
  return ['verified', ...codes]
}
