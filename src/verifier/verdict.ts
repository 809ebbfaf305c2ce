import type { PickedDocument } from '../model/flow.js'
import type { ReportChecks, SessionError, SessionOptions, VerifiedOutputs } from '../model/resources.js'

/** What to verify: the checks that are on, and the details that were given beforehand. */
export interface Submission {
  readonly options: SessionOptions
  readonly provided_details: { readonly email?: string; readonly phone?: string } | null
  /** The document that the person picked on the verifier's page here; null or left out if none was picked. */
  readonly picked?: PickedDocument | null
}

/**
 * The result of an attempt. `checks` is null if none was run, because the person gave up before; `error` is null if all
 * went well and a reviewer decided otherwise.
 *
 * A verifier that keeps results itself (Verifier.results) says here only what is not personal: the status and the error
 * of each check, and the type and the issuing country of the document. Every other member is null, and so is `outputs`.
 */
export type Verdict =
  | { readonly status: 'verified'; readonly checks: ReportChecks; readonly outputs: VerifiedOutputs | null }
  | { readonly status: 'requires_input'; readonly checks: ReportChecks | null; readonly error: SessionError | null }
