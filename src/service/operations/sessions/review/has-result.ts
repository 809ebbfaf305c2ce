import type { ReportChecks, VerificationSession } from '../../../../model/resources.js'

interface Ended extends Pick<VerificationSession, 'status' | 'last_error'> {
  /** Null as long as nothing was erased. */
  readonly redaction: unknown
}

/**
 * Whether the last attempt ended with these checks, those of the newest report, so that there is a result to override.
 * An attempt that ended without checks leaves the report of an earlier one in its place, but its own error.
 */
export function hasResult({ status, redaction, last_error: error }: Ended, checks: ReportChecks): boolean {
  if (redaction !== null || (status !== 'verified' && status !== 'requires_input')) return false
  if (error === null) return true
  const { document, selfie, id_number, email, phone } = checks
  return [document, selfie, id_number, email, phone].some((check) => check?.error?.code === error.code)
}
