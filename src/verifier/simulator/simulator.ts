import { DOCUMENT_TYPES } from '../../model/flow.js'
import type { Outcome } from '../../model/outcome.js'
import type { ReportChecks, SessionErrorCode, VerifiedOutputs } from '../../model/resources.js'
import type { Submission, Verdict, Verifier } from '../verifier.js'
import { type CheckName, checkOf, checksOf, outcomesOf } from './outcomes.js'
import { PAPERS, PERSON } from './person.js'
import { REASONS } from './reasons.js'

/** Verifies nobody: the outcome is chosen, as in Stripe's test mode, and the report fits the checks that were on. */
export const simulator: Verifier = {
  serves: (livemode) => !livemode,
  outcomes: ({ options }) => outcomesOf(options),
  verdict(submission, outcome): Verdict {
    if (outcome === 'verified') {
      return { status: 'verified', checks: report(submission, outcome), outputs: outputs(submission) }
    }
    const error = { code: outcome, reason: REASONS[outcome] }
    const checks = checkOf(outcome) === undefined ? null : report(submission, outcome)
    return { status: 'requires_input', checks, error }
  },
}

function report(submission: Submission, outcome: Outcome): ReportChecks {
  const sections = sectionsOf(submission)
  const result: Record<string, unknown> = {}
  for (const check of checksOf(submission.options)) {
    const failed = outcome !== 'verified' && checkOf(outcome) === check
    result[check] = { ...resultOf(failed ? outcome : null), ...(failed ? blank(sections[check]) : sections[check]) }
  }
  return result as ReportChecks
}

function resultOf(code: SessionErrorCode | null) {
  if (code === null) return { status: 'verified', error: null }
  return { status: 'unverified', error: { code, reason: REASONS[code] } }
}

/** A check that failed tells nothing of the person. */
function blank(section: object): object {
  return Object.fromEntries(Object.keys(section).map((name) => [name, null]))
}

/** What each check finds out when it succeeds. */
function sectionsOf({ options, provided_details: given }: Submission): Record<CheckName, object> {
  const { first_name, last_name, dob, address, sex, unparsed_sex, unparsed_place_of_birth } = PERSON
  const { id_number, id_number_type } = PERSON
  const [type = null] = options.document === undefined ? [] : (options.document.allowed_types ?? DOCUMENT_TYPES)
  return {
    document: {
      address,
      dob,
      files: [],
      first_name,
      last_name,
      sex,
      type,
      unparsed_place_of_birth,
      unparsed_sex,
      ...PAPERS,
    },
    selfie: { document: null, selfie: null },
    id_number: { dob, first_name, id_number, id_number_type, last_name },
    email: { email: given?.email ?? PERSON.email },
    phone: { phone: given?.phone ?? PERSON.phone },
  }
}

function outputs(submission: Submission): VerifiedOutputs {
  const checks = checksOf(submission.options)
  const has = (check: CheckName) => checks.includes(check)
  const given = submission.provided_details
  const named = has('document') || has('id_number')
  return {
    address: has('document') ? PERSON.address : null,
    dob: named ? PERSON.dob : null,
    email: has('email') ? (given?.email ?? PERSON.email) : null,
    first_name: named ? PERSON.first_name : null,
    id_number: has('id_number') ? PERSON.id_number : null,
    id_number_type: has('id_number') ? PERSON.id_number_type : null,
    last_name: named ? PERSON.last_name : null,
    phone: has('phone') ? (given?.phone ?? PERSON.phone) : null,
    sex: has('document') ? PERSON.sex : null,
    unparsed_place_of_birth: has('document') ? PERSON.unparsed_place_of_birth : null,
    unparsed_sex: has('document') ? PERSON.unparsed_sex : null,
  }
}
