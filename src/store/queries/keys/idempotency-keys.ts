import { sql } from 'kysely'
import type { IdempotencyKeys } from '../../idempotency-keys.js'
import type { Db } from '../tables.js'

export function idempotencyQueries(db: Db): IdempotencyKeys {
  return {
    async find(livemode, key) {
      const row = await db
        .selectFrom('idempotency_keys')
        .selectAll()
        .where('livemode', '=', Number(livemode))
        .where('key', '=', key)
        .executeTakeFirst()
      return row && { ...row, livemode }
    },
    async insert(record) {
      await db
        .insertInto('idempotency_keys')
        .values({ ...record, livemode: Number(record.livemode) })
        .execute()
    },
    async forget(before, prefix) {
      const old = db.deleteFrom('idempotency_keys').where('created', '<', before)
      // Not LIKE: "_" matches any character in a pattern.
      const beginning = sql<string>`substr(resource, 1, ${sql.lit((prefix ?? '').length)})`
      await (prefix === undefined ? old : old.where(beginning, '=', prefix)).execute()
    },
    async rewrite(resource, body) {
      await db.updateTable('idempotency_keys').set({ body }).where('resource', '=', resource).execute()
    },
    async rename(resource, to) {
      await db.updateTable('idempotency_keys').set({ resource: to }).where('resource', '=', resource).execute()
    },
    async settle({ livemode, key, status, body }) {
      await db
        .updateTable('idempotency_keys')
        .set({ status, body })
        .where('livemode', '=', Number(livemode))
        .where('key', '=', key)
        .execute()
    },
    async forgetStatus(resource, status) {
      const about = db.deleteFrom('idempotency_keys').where('resource', '=', resource)
      await about.where('status', '=', status).execute()
    },
    async forgetAbout(resource) {
      await db.deleteFrom('idempotency_keys').where('resource', '=', resource).execute()
    },
  }
}
