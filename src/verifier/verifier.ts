import type { Outcome } from '../model/outcome.js'
import type { ReportChecks, SessionError, SessionOptions, VerifiedOutputs } from '../model/resources.js'

/** What is to be verified: the checks that are on, and what the person gave beforehand. */
export interface Submission {
  readonly options: SessionOptions
  readonly provided_details: { readonly email?: string; readonly phone?: string } | null
}

/** What came of an attempt. `checks` is null where none was run, because the person gave up before. */
export type Verdict =
  | { readonly status: 'verified'; readonly checks: ReportChecks; readonly outputs: VerifiedOutputs }
  | { readonly status: 'requires_input'; readonly checks: ReportChecks | null; readonly error: SessionError }

/** The port to who verifies people. Pure: whatever it needs, it is given. */
export interface Verifier {
  /** Whether it can verify people of this mode. */
  serves(livemode: boolean): boolean
  /** The outcomes that may be chosen for a submission: those that its checks can have. */
  outcomes(submission: Submission): readonly Outcome[]
  verdict(submission: Submission, outcome: Outcome): Verdict
}
