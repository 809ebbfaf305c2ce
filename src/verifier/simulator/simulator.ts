import { DOCUMENT_TYPES } from '../../model/flow.js'
import type { Outcome } from '../../model/outcome.js'
import type { ReportChecks, SessionErrorCode, VerifiedOutputs } from '../../model/resources.js'
import { CHECKS } from '../checks.js'
import type { HostedPage } from '../hosted-page.js'
import type { Submission, Verdict } from '../verdict.js'
import type { HeldSession, Observed, Verifier } from '../verifier.js'
import { VerifierError } from '../verifier-error.js'
import { choiceOf, take } from './answers.js'
import { formOf } from './form.js'
import { checkOf, outcomesOf, type Section, sectionsIn } from './outcomes.js'
import { PAPERS, PERSON } from './person.js'
import { REASONS } from './reasons.js'
import { stepsOf } from './steps.js'

/** A verifier whose page is a form. */
export type Simulator = Verifier & { readonly page: HostedPage }

/**
 * Does not really verify: the outcome is chosen, as in Stripe's test mode, and the report fits the checks that were on.
 * It has no storage: the session is all that it knows, and the chosen outcome is the note of the attempt.
 */
export const simulator: Simulator = {
  name: 'simulator',
  serves: (livemode) => !livemode,
  checks: CHECKS,
  page: {
    form: ({ options }) => formOf(outcomesOf(options)),
    steps: stepsOf,
    take,
    choice: choiceOf,
    submit: (submission, choice) => {
      const outcome = outcomeNamed(submission, choice)
      return { note: outcome, verdict: verdictOf(submission, outcome) }
    },
  },
  open: async ({ session, ...request }) =>
    observed({ ...request, id: session, status: 'requires_input', redaction: null, attempt: 0, note: null }),
  update: async (session) => observed(session),
  cancel: async (session) => observed({ ...session, status: 'canceled' }),
  redact: async (session) => observed({ ...session, redaction: 'processing' }),
  read: async (session) => observed(session),
  receive: async () => {
    throw new VerifierError('forged', 'The simulator sends no webhooks.')
  },
}

/** It is asked when the processing time is over, so a processing attempt has ended. */
function observed({ id, status, redaction, attempt, note, type, ...submission }: HeldSession): Observed {
  const verdict = status === 'processing' ? verdictOf(submission, outcomeNamed(submission, note ?? 'verified')) : null
  return {
    id,
    status: verdict?.status ?? status,
    type,
    options: submission.options,
    ended: verdict && { name: String(attempt), verdict, report: null },
    redaction: redaction === null ? null : 'redacted',
    entrance: null,
  }
}

function outcomeNamed({ options }: Submission, name: string): Outcome {
  const outcome = outcomesOf(options).find((one) => one === name)
  if (outcome === undefined) throw new VerifierError('refused', 'The checks of this session have no such outcome.')
  return outcome
}

function verdictOf(submission: Submission, outcome: Outcome): Verdict {
  if (outcome === 'verified') {
    return { status: 'verified', checks: report(submission, outcome), outputs: outputs(submission) }
  }
  const error = { code: outcome, reason: REASONS[outcome] }
  const checks = checkOf(outcome) === undefined ? null : report(submission, outcome)
  return { status: 'requires_input', checks, error }
}

function report(submission: Submission, outcome: Outcome): ReportChecks {
  const sections = sectionsOf(submission)
  const result: Record<string, unknown> = {}
  for (const check of sectionsIn(submission.options)) {
    const failed = outcome !== 'verified' && checkOf(outcome) === check
    result[check] = { ...resultOf(failed ? outcome : null), ...(failed ? blank(sections[check]) : sections[check]) }
  }
  return result as ReportChecks
}

function resultOf(code: SessionErrorCode | null) {
  if (code === null) return { status: 'verified', error: null }
  return { status: 'unverified', error: { code, reason: REASONS[code] } }
}

/** A failed check reveals nothing about the person. */
function blank(section: object): object {
  return Object.fromEntries(Object.keys(section).map((name) => [name, null]))
}

/** The data of each check when it succeeds. */
function sectionsOf({ options, provided_details: given, picked }: Submission): Record<Section, object> {
  const { first_name, last_name, dob, address, sex, unparsed_sex, unparsed_place_of_birth } = PERSON
  const { id_number, id_number_type } = PERSON
  const types = options.document === undefined ? [] : (options.document.allowed_types ?? DOCUMENT_TYPES)
  // What is allowed may have changed since the person picked.
  const shown = picked && types.includes(picked.type) ? picked : null
  return {
    document: {
      address,
      dob,
      files: [],
      first_name,
      last_name,
      sex,
      unparsed_place_of_birth,
      unparsed_sex,
      ...PAPERS,
      type: shown?.type ?? types[0] ?? null,
      issuing_country: shown?.country ?? PAPERS.issuing_country,
    },
    selfie: { document: null, selfie: null },
    id_number: { dob, first_name, id_number, id_number_type, last_name },
    email: { email: given?.email ?? PERSON.email },
    phone: { phone: given?.phone ?? PERSON.phone },
  }
}

function outputs(submission: Submission): VerifiedOutputs {
  const checks = sectionsIn(submission.options)
  const has = (check: Section) => checks.includes(check)
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
