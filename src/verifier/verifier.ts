import type { SessionStatus } from '../model/resources.js'
import type { Check } from './checks.js'
import type { HostedPage } from './hosted-page.js'
import type { Submission, Verdict } from './verdict.js'

/**
 * The port to a verifier of people. It may be across a network, so it may be slow or unreachable, or do a call and its
 * answer gets lost. Therefore:
 *
 * - it is never called inside a transaction of the store, which may run again and makes others wait;
 * - work is written down first, with an id, and every changing call carries that id as `key`: a call repeated with the
 *   same key is done once, and gets the same answer;
 * - every call except `receive` answers the whole session as the verifier has it. So an answer applied twice, or two in
 *   the wrong order, do no harm: `read` gets the newest one again;
 * - it reports what it cannot do by throwing VerifierError, which says whether a retry makes sense.
 *
 * The caller decides how long a call may take: it gives up by `signal`, and may then call again.
 */
export interface Verifier {
  /** Stored with every session that it opened, so it never changes. */
  readonly name: string
  /** Whether it verifies people of this mode. */
  serves(livemode: boolean): boolean
  /** The checks that it can run. A flow that needs another one gets no session from it. */
  readonly checks: readonly Check[]
  /**
   * Where the person's browser goes: a page of this service, described here; or, if null, the verifier's own address,
   * which `open` and `read` answer. A session with a page here exists only here. So the verifier is not called when
   * such a session is opened, changed, canceled or redacted.
   */
  readonly page: HostedPage | null
  /** Makes a session at the verifier. */
  open(request: OpenRequest, doing: Doing): Promise<Observed>
  /** Changes the checks, the given details and the metadata to those of the session now. */
  update(session: HeldSession, doing: Doing): Promise<Observed>
  cancel(session: HeldSession, doing: Doing): Promise<Observed>
  /** Erases the verifier's data about the person. That may take days: `read` says when it is done. */
  redact(session: HeldSession, doing: Doing): Promise<Observed>
  read(session: HeldSession, asking: Asking): Promise<Observed>
  /**
   * The sessions that a webhook of the verifier says have changed, by the verifier's own ids. Their state is then read,
   * not taken from the webhook: webhooks come twice, late or in any order, and lack the verified data. Throws `forged`
   * if the verifier did not send it.
   */
  receive(webhook: VerifierWebhook): Promise<readonly string[]>
}

/** A session to open. */
export interface OpenRequest extends Submission {
  /** Our id of the session. */
  readonly session: string
  readonly livemode: boolean
  readonly type: 'document' | 'id_number' | 'verification_flow'
  readonly metadata: Readonly<Record<string, string>>
  readonly client_reference_id: string | null
  readonly return_url: string | null
}

/** A session as this service stores it. */
export interface HeldSession extends OpenRequest {
  /** The verifier's own id of the session. */
  readonly id: string
  readonly status: SessionStatus
  readonly redaction: 'processing' | 'redacted' | null
  /** How often it was submitted, as far as this service knows. */
  readonly attempt: number
  /** The page's note about the processing attempt. */
  readonly note: string | null
}

export interface Asking {
  /** Ends the call; whether it was done is then unknown. */
  readonly signal: AbortSignal
}

export interface Doing extends Asking {
  /** Names the call: the verifier does it once per key. */
  readonly key: string
}

/** A session as the verifier has it. */
export interface Observed {
  /** The verifier's own id of the session. */
  readonly id: string
  readonly status: SessionStatus
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
