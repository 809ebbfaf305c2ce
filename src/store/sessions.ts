import type { PickedDocument } from '../model/flow.js'
import type { SessionError, SessionOptions, SessionStatus, VerifiedOutputs } from '../model/resources.js'
import type { FlowBinding } from './flows.js'
import type { CreatedRange, Page, PageOf } from './page.js'
import type { WorkClaim } from './work.js'

export interface SessionRecord {
  readonly id: string
  readonly livemode: boolean
  readonly flow: string | null
  readonly flow_version: number | null
  readonly type: 'document' | 'id_number' | 'verification_flow'
  readonly status: SessionStatus
  readonly options: SessionOptions
  readonly metadata: Readonly<Record<string, string>>
  readonly client_reference_id: string | null
  readonly provided_details: { readonly email?: string; readonly phone?: string } | null
  readonly related_customer: string | null
  readonly related_customer_account: string | null
  /** Parameters that are only stored and shown, by the names under which they are shown. */
  readonly given: Readonly<Record<string, unknown>>
  readonly return_url: string | null
  readonly last_error: SessionError | null
  /** Id of the newest report. */
  readonly last_report: string | null
  readonly verified_outputs: VerifiedOutputs | null
  readonly verified_at: number | null
  /** The country of the document in the newest report; null without one, and for reports from before it was kept. */
  readonly country: string | null
  /**
   * When the person first opened the page, and when the first attempt was submitted. For a session of a remote verifier
   * both are when this was learned. Null if it did not happen, or before these times were kept.
   */
  readonly started: number | null
  readonly submitted: number | null
  readonly redaction: 'processing' | 'redacted' | null
  /** How often it was submitted. The address and client secret of an earlier attempt no longer work. */
  readonly attempt: number
  /** The choice on the session's page while it is processing; the verifier gets it when asked for the result. */
  readonly outcome: string | null
  /** The document that the person picked on the session's page, while it is processing; null if none was picked. */
  readonly picked: PickedDocument | null
  /** When the service must continue by itself: to settle the session, or to finish its redaction. */
  readonly due: number | null
  /** The session at its remote verifier; null for one that is verified here. */
  readonly remote: RemoteSession | null
  /** Digest of the visitor of a static link, so that a person does not get two open sessions; null otherwise. */
  readonly link_visitor: string | null
  readonly created: number
}

/** A session at a remote verifier. */
export interface RemoteSession {
  /** Name of the verifier. */
  readonly verifier: string
  /**
   * The verifier's own id, and so that of the session. They differ in a record that is not stored yet, because the
   * session is still to be opened: then this one is null.
   */
  readonly id: string | null
  /** The flow in the verifier's own dashboard that says what is checked; null for none. */
  readonly flow: string | null
  /** Link and secret for the person, valid until `expires`. */
  readonly url: string | null
  readonly client_secret: string | null
  readonly expires: number | null
  /** The verifier's name for the last ended attempt, whose result is already applied. */
  readonly attempt: string | null
  /** When the verifier was asked for what is stored; null if it never was. */
  readonly seen: number | null
  /** How many of its answers were applied. An answer to a question that was asked before the last one is late. */
  readonly answers: number
}

export interface SessionFilter {
  /** The flow's id. */
  readonly flow?: string | undefined
  /** A version of that flow. */
  readonly flow_version?: number | undefined
  /** The digest of `client_reference_id` (SHA-256). */
  readonly reference_digest?: string | undefined
  /** The digest of the given email address. */
  readonly email_digest?: string | undefined
  readonly country?: string | undefined
  readonly related_customer?: string | undefined
  readonly related_customer_account?: string | undefined
  readonly status?: SessionRecord['status'] | undefined
  readonly created?: CreatedRange | undefined
  /** Only those of these flows. */
  readonly within?: FlowBinding | undefined
}

export interface SessionReads {
  byId(livemode: boolean, id: string): Promise<SessionRecord | undefined>
  /** The newest unused session of this visitor of a static link, created since a time. */
  untouchedOf(livemode: boolean, linkVisitor: string, since: number): Promise<SessionRecord | undefined>
  /** The session, in either mode, with this id at its verifier. */
  atVerifier(verifier: string, id: string): Promise<SessionRecord | undefined>
  /** Whether any session of either mode is due by a time. */
  hasDue(by: number): Promise<boolean>
  list(livemode: boolean, filter: SessionFilter, page: Page): Promise<PageOf<SessionRecord>>
}

export interface SessionWrites {
  insert(session: SessionRecord): Promise<void>
  /** Locks the session against other transactions until this one ends, and reads it as it is then. */
  toWrite(livemode: boolean, id: string): Promise<SessionRecord | undefined>
  /**
   * Claims due sessions of both modes, the longest due first: sets `due` to the end of the lease. No two callers get
   * the same one.
   */
  claimDue(claim: Pick<WorkClaim, 'now' | 'leaseUntil' | 'limit'>): Promise<SessionRecord[]>
  /** Replaces the session, found by id. Its mode, flow and time of creation stay. */
  update(session: SessionRecord): Promise<void>
}
