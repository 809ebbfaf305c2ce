import type Stripe from 'stripe'
import { isObject } from '../../model/json.js'
import type { ReportChecks, SessionError, SessionStatus } from '../../model/resources.js'
import type { Verdict } from '../verdict.js'
import type { EndedAttempt, Observed } from '../verifier.js'
import { keptOptions } from './shown-options.js'

type Session = Stripe.Identity.VerificationSession
type Report = Stripe.Identity.VerificationReport

/** What `observed` needs to be expanded in a session. */
export const EXPANDED = ['last_verification_report']

/** Stripe's link works for 48 hours and its client secret for 24; whether Retrieve renews both is unverified against the live API. */
const ENTRANCE_LASTS = 24 * 60 * 60

/**
 * A session as Stripe shows it, cut down to what is kept here: nothing that was read from a document or typed by the
 * person, only statuses, codes of errors, the type of the document and the country that issued it.
 */
export function observed(session: Session, now: number): Observed {
  const { id, status, type, options, redaction, url, client_secret } = session
  const isOpen = status === 'requires_input' && redaction === null && url !== null
  return {
    id,
    status: status as SessionStatus,
    type: type as Observed['type'],
    options: keptOptions(options),
    ended: endedOf(session),
    // "validated" is taken for a step on the way: unverified against the live API.
    redaction: redaction && (redaction.status === 'redacted' ? 'redacted' : 'processing'),
    entrance: isOpen ? { url, client_secret, expires: now + ENTRANCE_LASTS } : null,
  }
}

/** An attempt's name has its result, because a reviewer may override the result of a report, either way. */
function endedOf({ status, last_error, last_verification_report }: Session): EndedAttempt | null {
  const report = isObject(last_verification_report) ? (last_verification_report as unknown as Report) : null
  const made = report && { id: report.id, created: report.created }
  if (status === 'verified') {
    const checks = report === null ? ({} as ReportChecks) : checksOf(report)
    const verdict: Verdict = { status: 'verified', checks, outputs: null }
    return { name: nameOf(report, 'verified'), verdict, report: made }
  }
  if (status === 'processing' || last_error === null || last_error.code === null) return null
  const error = last_error as SessionError
  // A person who gives up leaves the report of the attempt before.
  const isItsOwn = report !== null && errorsOf(report).includes(error.code)
  const verdict: Verdict = { status: 'requires_input', checks: isItsOwn ? checksOf(report) : null, error }
  return { name: nameOf(report, error.code), verdict, report: isItsOwn ? made : null }
}

function nameOf(report: Report | null, result: string): string {
  return `${report?.id ?? 'none'}:${result}`
}

function errorsOf({ document, selfie, id_number, email, phone }: Report): readonly (string | null | undefined)[] {
  return [document, selfie, id_number, email, phone].map((block) => block?.error?.code)
}

/** Statuses and errors of checks, and of the document its type and issuing country. */
function checksOf({ document, selfie, id_number, email, phone }: Report): ReportChecks {
  const all = {
    ...(document && {
      document: {
        ...BLANK_DOCUMENT,
        ...resultOf(document),
        type: document.type,
        issuing_country: document.issuing_country,
      },
    }),
    ...(selfie && { selfie: { ...resultOf(selfie), document: null, selfie: null } }),
    ...(id_number && {
      id_number: { ...resultOf(id_number), first_name: null, last_name: null, id_number_type: null },
    }),
    ...(email && { email: { ...resultOf(email), email: null } }),
    ...(phone && { phone: { ...resultOf(phone), phone: null } }),
  }
  return all as unknown as ReportChecks
}

const BLANK_DOCUMENT = { address: null, files: null, first_name: null, issued_date: null, last_name: null }

function resultOf({ status, error }: { status: string; error: { code: string | null; reason: string | null } | null }) {
  return { status, error: error && { code: error.code, reason: error.reason } }
}
