import type {
  EphemeralKey,
  SessionOptions,
  SessionStatus,
  VerificationReport,
  VerificationSession,
  VerifiedOutputs,
} from '../model/resources.js'
import type { Check } from './checks.js'
import type { HostedPage } from './hosted-page.js'
import type { Submission, Verdict } from './verdict.js'

/**
 * The port to a verifier of people. It may be across a network, so it may be slow or unreachable, or do a call and its
 * answer gets lost. Therefore:
 *
 * - it is never called inside a transaction of the store, which may run again and makes others wait;
 * - work is written down first, with an id, and every changing call carries that id as `key`: a call repeated with the
 *   same key is done once;
 * - every call except `receive` answers the whole session as the verifier has it, a repeated call as it has it by then. So
 *   an answer applied twice, or two in the wrong order, do no harm: `read` gets the newest one again;
 * - it reports what it cannot do by throwing VerifierError, which says whether a retry makes sense.
 *
 * The caller decides how long a call may take: it gives up by `signal`, and may then call again.
 *
 * Callers of the API see the ids, addresses and secrets of a remote verifier, so its own libraries work for them. What
 * it keeps of ours beside a session (the flow's key and version, our id) is never shown to them.
 */
export interface Verifier {
  /** Stored with every session that it opened, so it never changes. */
  readonly name: string
  /** Whether it verifies people of this mode. */
  serves(livemode: boolean): boolean
  /** The checks that it can run. A flow that needs another one gets no session from it, unless it is bound. */
  readonly checks: readonly Check[]
  /**
   * Where the person's browser goes: a page of this service, described here; or, if null, the verifier's own address,
   * which `open` and `read` answer. A session with a page here exists only here. So the verifier is not called when
   * such a session is opened, changed, canceled or redacted.
   */
  readonly page: HostedPage | null
  /** What it alone keeps of a verified person; null or left out if results are stored in this service. */
  readonly results?: VerifierResults | null
  /** Makes a session at the verifier. */
  open(request: OpenRequest, doing: Doing): Promise<Observed>
  /** Changes the checks, the given details and the metadata from those of `before` to those of the session now. */
  update(session: ChangedSession, doing: Doing): Promise<Observed>
  cancel(session: HeldSession, doing: Doing): Promise<Observed>
  /**
   * Erases the verifier's data about the person. That may take days: `read` says when it is done. To be asked twice does no
   * harm, so a verifier may leave the key out.
   */
  redact(session: HeldSession, doing: Doing): Promise<Observed>
  read(session: HeldSession, asking: Asking): Promise<Observed>
  /**
   * The sessions that a webhook of the verifier says have changed, by the verifier's own ids. Their state is then read,
   * not taken from the webhook: webhooks come twice, late or in any order, and lack the verified data. Throws `forged`
   * if the verifier did not send it.
   */
  receive(webhook: VerifierWebhook): Promise<readonly string[]>
  /**
   * A page of what has changed since a cursor, oldest first; without a cursor, from as long ago as the verifier
   * remembers. Finds what lost webhooks said. Left out by a verifier that cannot tell.
   */
  changes?(since: ChangesSince, asking: Asking): Promise<ChangesPage>
  /**
   * The session that `open` has made for this request since a time (unix seconds), for when its answer was lost and its key
   * may be forgotten; null if none was made. Left out by a verifier that cannot look.
   */
  find?(request: OpenRequest, since: number, asking: Asking): Promise<Observed | null>
  /** Makes a key with which an app on the person's device reads the session. Left out if this service makes it. */
  ephemeralKey?(session: HeldSession, wanted: EphemeralKeyRequest): Promise<EphemeralKey>
  /** Ends such a key. Left out if this service makes them. */
  endEphemeralKey?(key: { readonly id: string; readonly livemode: boolean }, doing: Doing): Promise<EphemeralKey>
}

/**
 * The results of a verifier that keeps them itself. They are fetched while a caller waits, handed through, and neither
 * stored nor logged. Each answers the members that are always shown, and of the sensitive ones exactly those that
 * `expand` names. The verifier may refuse those, with its own answer.
 */
export interface VerifierResults {
  /** `expand` has the paths of a session, with all their parents: "last_verification_report.document.dob". */
  session(session: HeldSession, expand: ReadonlySet<string>, asking: Asking): Promise<SessionResults>
  /** `id` is the verifier's own; `expand` has the paths of a report. */
  report(held: HeldReport, expand: ReadonlySet<string>, asking: Asking): Promise<VerificationReport>
}

/** The members that were asked for; the others are left out. */
export interface SessionResults {
  readonly verified_outputs?: VerifiedOutputs | null
  readonly last_verification_report?: VerificationReport | null
}

export interface HeldReport {
  readonly id: string
  readonly livemode: boolean
}

type SessionType = 'document' | 'id_number' | 'verification_flow'

/** What a verifier gets about every session. */
interface SessionFacts extends Submission {
  readonly livemode: boolean
  readonly type: SessionType
  readonly metadata: Readonly<Record<string, string>>
  readonly client_reference_id: string | null
  readonly return_url: string | null
}

/** A session to open. It is the same in every attempt, as an idempotency key requires. */
export interface OpenRequest extends SessionFacts {
  /** Our id of the session until it is opened: then it gets the verifier's, and no caller ever sees this one. */
  readonly session: string
  /** The flow in the verifier's own dashboard that says what is checked, in place of `options`; null for none. */
  readonly bound: string | null
  /** Our key of the flow, and its version; null for a session without a flow. */
  readonly flow: string | null
  readonly flow_version: number | null
  readonly related_customer: string | null
  readonly related_customer_account: string | null
  readonly given: Pick<VerificationSession, 'related_person'>
}

/** A session as this service stores it. */
export interface HeldSession extends SessionFacts {
  /** The verifier's own id of the session. */
  readonly id: string
  readonly status: SessionStatus
  readonly redaction: 'processing' | 'redacted' | null
  /** How often it was submitted, as far as this service knows. */
  readonly attempt: number
  /** The page's note about the processing attempt. */
  readonly note: string | null
}

/** A session with what is to be changed, and what that was before. */
export interface ChangedSession extends HeldSession {
  readonly before: Pick<SessionFacts, 'type' | 'options' | 'provided_details' | 'metadata'>
}

export interface Asking {
  /** Ends the call; whether it was done is then unknown. */
  readonly signal: AbortSignal
}

export interface Doing extends Asking {
  /** Names the call: the verifier does it once per key. */
  readonly key: string
}

export interface EphemeralKeyRequest extends Doing {
  /** The version of Stripe's API that the app's SDK asks for. */
  readonly apiVersion: string
}

/** A session as the verifier has it. */
export interface Observed {
  /** The verifier's own id of the session. */
  readonly id: string
  readonly status: SessionStatus
  /** What is checked, as the verifier shows it: the only sight of a flow in its dashboard. */
  readonly type: SessionType
  readonly options: SessionOptions
  /** The last attempt that ended; null if none has. */
  readonly ended: EndedAttempt | null
  readonly redaction: 'processing' | 'redacted' | null
  /** Where the person's browser goes while input is required; null for a page of this service. */
  readonly entrance: Entrance | null
}

export interface EndedAttempt {
  /** Unique within the session, so that an attempt is recognised when it is reported again. */
  readonly name: string
  readonly verdict: Verdict
  /** The verifier's own report; null if it has none, and this service gives it an id. */
  readonly report: { readonly id: string; readonly created: number } | null
}

/** Link and secret for the person at the verifier. */
interface Entrance {
  readonly url: string
  readonly client_secret: string | null
  /** Unix seconds: then both expire, and `read` answers new ones. */
  readonly expires: number
}

/** A request that claims to come from the verifier. */
export interface VerifierWebhook {
  /** Unchanged bytes: the signature covers them. */
  readonly body: Uint8Array
  /** By name, in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
}

export interface ChangesSince {
  readonly livemode: boolean
  /** The `next` of the last page; null for the first. */
  readonly cursor: string | null
}

export interface ChangesPage {
  /** The verifier's own ids of sessions, perhaps repeated, perhaps of others' sessions, and when each changed. */
  readonly changes: readonly { readonly session: string; readonly at: number }[]
  /** Where the next page begins. It may be kept for days, and used again. */
  readonly next: string
  readonly hasMore: boolean
}
