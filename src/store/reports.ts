import type { ReportChecks, SessionOptions } from '../model/resources.js'
import type { FlowBinding } from './flows.js'
import type { CreatedRange, Page, PageOf } from './page.js'
import type { SessionRecord } from './sessions.js'

export interface ReportRecord {
  readonly id: string
  readonly livemode: boolean
  readonly session: string
  readonly flow: string | null
  readonly type: SessionRecord['type']
  readonly client_reference_id: string | null
  readonly options: Pick<SessionOptions, 'document' | 'id_number'>
  readonly checks: ReportChecks
  readonly created: number
}

export interface ReportFilter {
  readonly session?: string | undefined
  readonly client_reference_id?: string | undefined
  readonly type?: ReportRecord['type'] | undefined
  readonly created?: CreatedRange | undefined
  /** Only those of these flows. */
  readonly within?: FlowBinding | undefined
}

export interface ReportReads {
  byId(livemode: boolean, id: string): Promise<ReportRecord | undefined>
  byIds(livemode: boolean, ids: readonly string[]): Promise<ReportRecord[]>
  list(livemode: boolean, filter: ReportFilter, page: Page): Promise<PageOf<ReportRecord>>
}

export interface ReportWrites {
  insert(report: ReportRecord): Promise<void>
  /** Every report of a session, oldest first. */
  ofSession(session: string): Promise<ReportRecord[]>
  /** Replaces the checks of the report; for redaction. */
  update(report: Pick<ReportRecord, 'id' | 'checks'>): Promise<void>
}
