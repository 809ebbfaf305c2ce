import type { SessionStatus } from '../model/resources.js'
import type { Check } from './checks.js'
import type { HostedPage } from './hosted-page.js'
import type { Submission, Verdict } from './verdict.js'

/**
 * The port to who verifies people. It may be on the other side of a network: slow, away, or done without an answer. So
 *
 * - it is never called within a transaction of the store, which may be run again and holds others up;
 * - what is to be done is written down first, with an id, and every call that changes something carries that id as `key`:
 *   the same call with the same key is done once, and answers the same;
 * - every call but `receive` answers the whole session as the verifier has it, so that applying an answer twice, or two
 *   answers in the wrong order, does no harm: the newest one is asked for again by `read`;
 * - what it cannot do it says by throwing VerifierError, which tells what is worth a retry from what is not.
 *
 * How long a call may take is the caller's affair: it gives up by `signal`, and may then call again.
 */
export interface Verifier {
  /** Kept with every session that it opened: it never changes. */
  readonly name: string
  /** Whether it verifies people of this mode. */
  serves(livemode: boolean): boolean
  /** The checks that it can run. A flow that asks for another one gets no session from it. */
  readonly checks: readonly Check[]
  /**
   * What a person's browser is sent to: a page of this service, which shows what is said here; or, with null, an address of
   * the verifier, which `open` and `read` answer. A session with a page here is nowhere else: nothing has to be told to
   * anybody when it is opened, changed, canceled or redacted, and the service does not.
   */
  readonly page: HostedPage | null
  /** Makes a session at the verifier. */
  open(request: OpenRequest, doing: Doing): Promise<Observed>
  /** Changes what is checked, what was given beforehand and the labels, to what the session now has. */
  update(session: HeldSession, doing: Doing): Promise<Observed>
  cancel(session: HeldSession, doing: Doing): Promise<Observed>
  /** Erases what the verifier knows of the person. It may take days: `read` says when it is done. */
  redact(session: HeldSession, doing: Doing): Promise<Observed>
  read(session: HeldSession, asking: Asking): Promise<Observed>
  /**
   * Which of its sessions have changed, by the verifier's own ids, as a webhook of the verifier says. What they are now is
   * not taken from it but read: webhooks come twice, late and in any order, and do not hold what was verified. Throws
   * `forged` where the verifier did not send it.
   */
  receive(webhook: VerifierWebhook): Promise<readonly string[]>
}

/** A session that is to be opened. */
export interface OpenRequest extends Submission {
  /** Our id of it. */
  readonly session: string
  readonly livemode: boolean
  readonly type: 'document' | 'id_number' | 'verification_flow'
  readonly metadata: Readonly<Record<string, string>>
  readonly client_reference_id: string | null
  readonly return_url: string | null
}

/** A session as it is kept here. */
export interface HeldSession extends OpenRequest {
  /** The verifier's own id of it. */
  readonly id: string
  readonly status: SessionStatus
  readonly redaction: 'processing' | 'redacted' | null
  /** How often it was submitted, as far as is known here. */
  readonly attempt: number
  /** What the page said of the attempt that is processing. */
  readonly note: string | null
}

export interface Asking {
  /** Ends the call: it may then have been done or not. */
  readonly signal: AbortSignal
}

export interface Doing extends Asking {
  /** Names what is to be done: the verifier does it once for each key. */
  readonly key: string
}

/** A session as the verifier has it. */
export interface Observed {
  /** The verifier's own id of it. */
  readonly id: string
  readonly status: SessionStatus
  /** The attempt that ended last; null where none has. */
  readonly ended: EndedAttempt | null
  readonly redaction: 'processing' | 'redacted' | null
  /** Where the person's browser goes, while input is required; null where it goes to a page of this service. */
  readonly entrance: Entrance | null
}

export interface EndedAttempt {
  /** Tells it from every other attempt of the session: what has this name was seen before. */
  readonly name: string
  readonly verdict: Verdict
}

/** What opens a session at the verifier to the person. */
interface Entrance {
  readonly url: string
  readonly client_secret: string | null
  /** Unix seconds: then both are dead, and `read` answers new ones. */
  readonly expires: number
}

/** A request that says that it comes from the verifier. */
export interface VerifierWebhook {
  /** As it came, byte for byte: what is signed is this. */
  readonly body: Uint8Array
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
}
