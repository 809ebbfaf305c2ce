import type { WebhookEndpointReads, WebhookEndpointRecord, WebhookEndpointWrites } from '../../webhooks.js'
import { compiledOnce } from '../rows/compiled-once.js'
import { parseJson } from '../rows/json.js'
import { readPage } from '../rows/page.js'
import type { Db, WebhookEndpointsTable } from '../tables.js'

/** Asked with every event. */
const enabled = compiledOnce((db, livemode: number) =>
  db
    .selectFrom('webhook_endpoints')
    .selectAll()
    .where('livemode', '=', livemode)
    .where('status', '=', 'enabled')
    .orderBy('id'),
)

export function webhookEndpointQueries(db: Db): WebhookEndpointReads & WebhookEndpointWrites {
  const inMode = (livemode: boolean) =>
    db.selectFrom('webhook_endpoints').selectAll().where('livemode', '=', Number(livemode))
  /** Those that were found by mode, until one is written. */
  const known = new Map<boolean, Promise<WebhookEndpointRecord[]>>()
  const find = async (livemode: boolean) => (await db.executeQuery(enabled(db, Number(livemode)))).rows.map(toRecord)
  return {
    async byId(livemode, id) {
      const row = await inMode(livemode).where('id', '=', id).executeTakeFirst()
      return row && toRecord(row)
    },
    async list(livemode, page) {
      const { data, has_more } = await readPage(page, ({ order, comparison, cursor, limit }) => {
        const query = inMode(livemode).orderBy('id', order).limit(limit)
        return (cursor === undefined ? query : query.where('id', comparison, cursor)).execute()
      })
      return { data: data.map(toRecord), has_more }
    },
    async count(livemode) {
      const { endpoints } = await db
        .selectFrom('webhook_endpoints')
        .select((eb) => eb.fn.countAll<number>().as('endpoints'))
        .where('livemode', '=', Number(livemode))
        .executeTakeFirstOrThrow()
      return Number(endpoints)
    },
    async enabled(livemode) {
      const found = known.get(livemode) ?? find(livemode)
      known.set(livemode, found)
      return found
    },
    async insert(endpoint) {
      known.clear()
      await db.insertInto('webhook_endpoints').values(toRow(endpoint)).execute()
    },
    async toWrite(livemode, id) {
      // An update without a change locks the row until the transaction ends, on every dialect.
      const row = await db
        .updateTable('webhook_endpoints')
        .set((eb) => ({ status: eb.ref('status') }))
        .where('livemode', '=', Number(livemode))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
      return row && toRecord(row)
    },
    async update(endpoint) {
      known.clear()
      const { id, livemode, created, ...changing } = toRow(endpoint)
      await db.updateTable('webhook_endpoints').set(changing).where('id', '=', id).execute()
    },
    async delete(id) {
      known.clear()
      await db.deleteFrom('webhook_endpoints').where('id', '=', id).execute()
    },
  }
}

function toRow(record: WebhookEndpointRecord): WebhookEndpointsTable {
  return {
    ...record,
    livemode: Number(record.livemode),
    enabled_events: JSON.stringify(record.enabled_events),
    metadata: JSON.stringify(record.metadata),
  }
}

function toRecord(row: WebhookEndpointsTable): WebhookEndpointRecord {
  return {
    ...row,
    livemode: row.livemode === 1,
    status: row.status as WebhookEndpointRecord['status'],
    enabled_events: parseJson(row.enabled_events),
    metadata: parseJson(row.metadata),
  }
}
