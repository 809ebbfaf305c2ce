import type Stripe from 'stripe'
import type { Clock } from './clock.js'
import { seconds } from './clock.js'
import { letters, type Random } from './random.js'

export type Shown = Stripe.Identity.VerificationSession
export type Options = Stripe.Identity.VerificationSession.Options
export type ReportShown = Stripe.Identity.VerificationReport
export type Outputs = Stripe.Identity.VerificationSession.VerifiedOutputs

/** A flow that somebody made in Stripe's Dashboard. */
export interface DashboardFlow {
  readonly id: string
  name: string
  options: Options
}

/** A session as Stripe keeps it. */
export interface Session {
  readonly id: string
  readonly livemode: boolean
  readonly created: number
  status: 'requires_input' | 'processing' | 'verified' | 'canceled'
  type: 'document' | 'id_number' | 'verification_flow'
  options: Options
  metadata: Record<string, string>
  provided_details: { email?: string; phone?: string } | null
  readonly client_reference_id: string | null
  readonly related_customer: string | null
  readonly related_customer_account: string | null
  readonly related_person: { account: string; person: string } | null
  readonly return_url: string | null
  readonly verification_flow: string | null
  last_error: Shown['last_error']
  /** Id of the last report. */
  report: string | null
  outputs: Outputs | null
  verified_at: number | null
  redaction: 'processing' | 'redacted' | null
  /** The person's way in; null where there is none yet. */
  entrance: Entrance | null
}

interface Entrance {
  url: string
  urlEnds: number
  /** Links work once. */
  isOpened: boolean
  secret: string
  secretEnds: number
}

const HOUR = 60 * 60
const LIFE_OF_URL = 48 * HOUR
const LIFE_OF_SECRET = 24 * HOUR

/** Makes what opens the session anew where it has ended; only while the session requires input. */
export function renewEntrance(session: Session, clock: Clock, random: Random): void {
  if (!isOpen(session)) {
    session.entrance = null
    return
  }
  const now = seconds(clock)
  const old = session.entrance
  const mode = session.livemode ? 'live' : 'test'
  const hasUrl = old !== null && !old.isOpened && old.urlEnds > now
  const hasSecret = old !== null && old.secretEnds > now
  session.entrance = {
    url: hasUrl ? old.url : `https://verify.stripe.com/start/${mode}_${letters(random, 40)}`,
    urlEnds: hasUrl ? old.urlEnds : now + LIFE_OF_URL,
    isOpened: false,
    secret: hasSecret ? old.secret : `${session.id}_secret_${mode}_${letters(random, 40)}`,
    secretEnds: hasSecret ? old.secretEnds : now + LIFE_OF_SECRET,
  }
}

function isOpen({ status, redaction }: Session): boolean {
  return status === 'requires_input' && redaction === null
}

/** The session as answers show it, without anything to expand. */
export function shown(session: Session): Shown {
  const { entrance, related_person, verification_flow } = session
  return {
    id: session.id,
    object: 'identity.verification_session',
    client_reference_id: session.client_reference_id,
    client_secret: entrance?.secret ?? null,
    created: session.created,
    last_error: session.last_error,
    last_verification_report: session.report,
    livemode: session.livemode,
    metadata: { ...session.metadata },
    options: structuredClone(session.options),
    provided_details: session.provided_details && { ...session.provided_details },
    redaction: session.redaction && { status: session.redaction },
    related_customer: session.related_customer,
    related_customer_account: session.related_customer_account,
    ...(related_person && { related_person: { ...related_person } }),
    status: session.status,
    type: session.type,
    url: entrance === null || entrance.isOpened ? null : entrance.url,
    ...(verification_flow !== null && { verification_flow }),
  }
}

/**
 * As events show it. Unverified against the live API: whether events hold link and secret. They are left out here, so
 * that nobody comes to need them.
 */
export function snapshot(session: Session): Shown {
  return { ...shown(session), client_secret: null, url: null }
}
