import { sql } from 'kysely'
import { sha256 } from '../../../model/canonical.js'
import { emailDigest } from '../../../model/email-address.js'
import type { SessionReads, SessionRecord, SessionWrites } from '../../sessions.js'
import { isOfFlowWithin } from '../flows/within.js'
import { insertOf } from '../rows/compiled-once.js'
import { fromJson, parseJson, toJson } from '../rows/json.js'
import { later } from '../rows/later.js'
import { readList, unindexed } from '../rows/listing.js'
import { lookup } from '../rows/lookup.js'
import type { Pace } from '../rows/pace.js'
import { type Packed, packing } from '../rows/packed.js'
import type { SessionsTable } from '../tables.js'
import type { Asking } from '../transactions.js'

/** What a record is made of. */
const COLUMNS = [
  'id',
  'livemode',
  'flow',
  'flow_version',
  'type',
  'status',
  'options',
  'metadata',
  'client_reference_id',
  'provided_details',
  'country',
  'related_customer',
  'related_customer_account',
  'related_person',
  'given',
  'return_url',
  'last_error',
  'picked',
  'last_report',
  'verified_outputs',
  'verified_at',
  'redaction',
  'attempt',
  'outcome',
  'due',
  'link_visitor',
  'verifier',
  'verifier_session',
  'verifier_url',
  'verifier_secret',
  'verifier_expires',
  'verifier_attempt',
  'verifier_flow',
  'verifier_seen',
  'verifier_answers',
  'started',
  'submitted',
  'created',
] as const satisfies readonly (keyof SessionsTable)[]

type Row = Pick<SessionsTable, (typeof COLUMNS)[number]>

const BY_ID = lookup('verification_sessions', 'id', COLUMNS)

const { packed: PACKED, unpack } = packing('verification_sessions', COLUMNS)

/** Columns that have an index together. */
const PAIRS = [
  ['flow', 'flow_version'],
  ['flow', 'status'],
] as const

export function sessionQueries(asking: Asking, pace: Pace): SessionReads & SessionWrites {
  const inMode = (livemode: boolean) =>
    asking.db.selectFrom('verification_sessions').selectAll().where('livemode', '=', Number(livemode))
  const due = (by: number, limit: number) =>
    asking.db
      .selectFrom('verification_sessions')
      .select(['id', 'due'])
      .where('due', '<=', by)
      .orderBy('due')
      .limit(limit)
      .execute()
  return {
    async byId(livemode, id) {
      const row = await asking.find(BY_ID, id)
      return row?.livemode === Number(livemode) ? toRecord(row) : undefined
    },
    async untouchedOf(livemode, linkVisitor, since) {
      const row = await inMode(livemode)
        .where('link_visitor', '=', linkVisitor)
        .where(unindexed('status'), '=', 'requires_input')
        .where('attempt', '=', 0)
        .where('created', '>=', since)
        .orderBy('created', 'desc')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row && toRecord(row)
    },
    async atVerifier(verifier, id) {
      const row = await asking.db
        .selectFrom('verification_sessions')
        .selectAll()
        .where('verifier', '=', verifier)
        .where('verifier_session', '=', id)
        .executeTakeFirst()
      return row && toRecord(row)
    },
    async hasDue(by) {
      return (await due(by, 1)).length > 0
    },
    async claimDue({ now, leaseUntil, limit }) {
      const claimed: SessionRecord[] = []
      for (const one of await due(now, limit)) {
        // If another process was faster, `due` has changed and this finds nothing.
        const row = await asking.db
          .updateTable('verification_sessions')
          .set({ due: leaseUntil })
          .where('id', '=', one.id)
          .where('due', '=', one.due)
          .returningAll()
          .executeTakeFirst()
        if (row) claimed.push(toRecord(row))
      }
      return claimed
    },
    async list(livemode, filter, page) {
      const { status, created } = filter
      const ofVersion = ['flow_version', filter.flow_version] as const
      const withStatus = ['status', status] as const
      const equal = [
        ['client_reference_hash', filter.reference_digest],
        ['email_hash', filter.email_digest],
        ['related_customer', filter.related_customer],
        ['related_customer_account', filter.related_customer_account],
        ['flow', filter.flow],
        ['country', filter.country],
        // Most sessions are verified in the end.
        ...(status === 'verified' ? [ofVersion, withStatus] : [withStatus, ofVersion]),
      ] as const
      const also = isOfFlowWithin('verification_sessions', filter.within)
      const listing = {
        table: 'verification_sessions',
        select: sql<Packed>`${PACKED}`,
        livemode,
        created,
        equal,
        pairs: PAIRS,
        isMostlyAlone: true,
        also,
      } as const
      const { data, has_more } = await readList(asking.db, pace, listing, page)
      return { data: data.map((row) => toRecord(unpack(row))), has_more }
    },
    async insert(session) {
      await asking.db.executeQuery(later(insertOf(asking.db, 'verification_sessions', toRow(session))))
    },
    async toWrite(livemode, id) {
      // An update without a change locks the row until the transaction ends, on every dialect.
      const row = await asking.db
        .updateTable('verification_sessions')
        .set((eb) => ({ status: eb.ref('status') }))
        .where('livemode', '=', Number(livemode))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
      return row && toRecord(row)
    },
    async update(session) {
      const { id, livemode, flow, flow_version, created, ...changing } = toRow(session)
      await asking.db.updateTable('verification_sessions').set(changing).where('id', '=', id).execute()
    },
  }
}

/** Member by member, as below. */
function toRow(record: SessionRecord): SessionsTable {
  const { client_reference_id: reference, remote, given } = record
  const { email } = record.provided_details ?? {}
  return {
    id: record.id,
    livemode: Number(record.livemode),
    flow: record.flow,
    flow_version: record.flow_version,
    type: record.type,
    status: record.status,
    options: JSON.stringify(record.options),
    metadata: JSON.stringify(record.metadata),
    client_reference_id: reference,
    client_reference_hash: reference === null ? null : sha256(reference),
    provided_details: toJson(record.provided_details),
    email_hash: email === undefined || record.redaction !== null ? null : emailDigest(email),
    country: record.country,
    related_customer: record.related_customer,
    related_customer_account: record.related_customer_account,
    // Programs older than 0009 read only this column.
    related_person: toJson(given.related_person ?? null),
    given: JSON.stringify(given),
    return_url: record.return_url,
    last_error: toJson(record.last_error),
    picked: toJson(record.picked),
    last_report: record.last_report,
    verified_outputs: toJson(record.verified_outputs),
    verified_at: record.verified_at,
    redaction: record.redaction,
    attempt: record.attempt,
    outcome: record.outcome,
    due: record.due,
    link_visitor: record.link_visitor,
    verifier: remote?.verifier ?? null,
    verifier_session: remote?.id ?? null,
    verifier_url: remote?.url ?? null,
    verifier_secret: remote?.client_secret ?? null,
    verifier_expires: remote?.expires ?? null,
    verifier_attempt: remote?.attempt ?? null,
    verifier_flow: remote?.flow ?? null,
    verifier_seen: remote?.seen ?? null,
    verifier_answers: remote?.answers ?? null,
    started: record.started,
    submitted: record.submitted,
    created: record.created,
  }
}

/** Member by member: taking a row apart with a rest costs more than all else that is done to it here. */
function toRecord(row: Row): SessionRecord {
  return {
    id: row.id,
    livemode: row.livemode === 1,
    flow: row.flow,
    flow_version: row.flow_version,
    type: row.type as SessionRecord['type'],
    status: row.status as SessionRecord['status'],
    options: parseJson(row.options),
    metadata: parseJson(row.metadata),
    client_reference_id: row.client_reference_id,
    provided_details: fromJson(row.provided_details),
    country: row.country,
    related_customer: row.related_customer,
    related_customer_account: row.related_customer_account,
    given: givenIn(row),
    return_url: row.return_url,
    last_error: fromJson(row.last_error),
    last_report: row.last_report,
    verified_outputs: fromJson(row.verified_outputs),
    verified_at: row.verified_at,
    started: row.started,
    submitted: row.submitted,
    redaction: row.redaction as SessionRecord['redaction'],
    attempt: row.attempt,
    outcome: row.outcome,
    picked: fromJson(row.picked),
    due: row.due,
    remote: remoteIn(row),
    link_visitor: row.link_visitor,
    created: row.created,
  }
}

/** Programs older than 0009 wrote only the person. */
function givenIn({ given, related_person }: Row): SessionRecord['given'] {
  return fromJson(given) ?? (related_person === null ? {} : { related_person: parseJson(related_person) })
}

function remoteIn(row: Row): SessionRecord['remote'] {
  if (row.verifier === null) return null
  return {
    verifier: row.verifier,
    id: row.verifier_session,
    url: row.verifier_url,
    client_secret: row.verifier_secret,
    expires: row.verifier_expires,
    attempt: row.verifier_attempt,
    flow: row.verifier_flow,
    seen: row.verifier_seen,
    answers: row.verifier_answers ?? 0,
  }
}
