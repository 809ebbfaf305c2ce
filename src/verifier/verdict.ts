import type { ReportChecks, SessionError, SessionOptions, VerifiedOutputs } from '../model/resources.js'

/** What to verify: the checks that are on, and the details that were given beforehand. */
export interface Submission {
  readonly options: SessionOptions
  readonly provided_details: { readonly email?: string; readonly phone?: string } | null
}

/** The result of an attempt. `checks` is null if none was run, because the person gave up before. */
export type Verdict =
  | { readonly status: 'verified'; readonly checks: ReportChecks; readonly outputs: VerifiedOutputs }
  | { readonly status: 'requires_input'; readonly checks: ReportChecks | null; readonly error: SessionError }
