import type { SessionError, SessionOptions, SessionStatus, VerifiedOutputs } from '../model/resources.js'
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
  /** What its caller gave that is only kept and shown, by the names under which it is shown. */
  readonly given: Readonly<Record<string, unknown>>
  readonly return_url: string | null
  readonly last_error: SessionError | null
  /** Id of the newest report. */
  readonly last_report: string | null
  readonly verified_outputs: VerifiedOutputs | null
  readonly verified_at: number | null
  readonly redaction: 'processing' | 'redacted' | null
  /** How often it was submitted: the address and the client secret of an earlier attempt are dead. */
  readonly attempt: number
  /** What was chosen on the session's page, while that is processing: its verifier is told when it is asked. */
  readonly outcome: string | null
  /** When the service has to go on with the session by itself: to settle it, or to finish its redaction. */
  readonly due: number | null
  /** Where it is verified; null for a session that is verified here. */
  readonly remote: RemoteSession | null
  /** Digest of who came through the flow's static link, so that nobody gets two open sessions; null for all others. */
  readonly link_visitor: string | null
  readonly created: number
}

/** A session at a verifier elsewhere. */
interface RemoteSession {
  /** Name of the verifier. */
  readonly verifier: string
  /** The verifier's own id of it; null until it is opened there. */
  readonly id: string | null
  /** What opens it to the person, until the time that it expires. */
  readonly url: string | null
  readonly client_secret: string | null
  readonly expires: number | null
  /** The verifier's name of the last attempt that ended: what came of it is applied already. */
  readonly attempt: string | null
}

export interface SessionFilter {
  /** The flow's id. */
  readonly flow?: string | undefined
  readonly client_reference_id?: string | undefined
  readonly related_customer?: string | undefined
  readonly related_customer_account?: string | undefined
  readonly status?: SessionRecord['status'] | undefined
  readonly created?: CreatedRange | undefined
}

export interface SessionReads {
  byId(livemode: boolean, id: string): Promise<SessionRecord | undefined>
  /** The newest session of this visitor of a static link, created since a time, with which nothing was done yet. */
  untouchedOf(livemode: boolean, linkVisitor: string, since: number): Promise<SessionRecord | undefined>
  /** The session of either mode that a verifier knows by an id of its own. */
  atVerifier(verifier: string, id: string): Promise<SessionRecord | undefined>
  /** Whether any session of either mode is due by then. */
  hasDue(by: number): Promise<boolean>
  list(livemode: boolean, filter: SessionFilter, page: Page): Promise<PageOf<SessionRecord>>
  /** Number of sessions created from each flow since a time; flows without any are left out. */
  countByFlow(livemode: boolean, since: number): Promise<ReadonlyMap<string, number>>
}

export interface SessionWrites {
  insert(session: SessionRecord): Promise<void>
  /** Lets no other transaction change the session until this one ends, and reads it as it is then. */
  toWrite(livemode: boolean, id: string): Promise<SessionRecord | undefined>
  /**
   * Begins to go on with sessions of both modes that are due, the longest due first: they are due again when the lease ends,
   * which is what `due` says of them from now on. No two callers get the same one.
   */
  claimDue(claim: Pick<WorkClaim, 'now' | 'leaseUntil' | 'limit'>): Promise<SessionRecord[]>
  /** Drops a session that nobody was ever told of, and that nothing refers to. */
  delete(id: string): Promise<void>
  /** Replaces the session, found by id. Its mode, flow and time of creation stay. */
  update(session: SessionRecord): Promise<void>
}
