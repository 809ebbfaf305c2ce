import { sql } from 'kysely'
import type { IdempotencyKeys } from '../../idempotency-keys.js'
import { compiledOnce, insertOf } from '../rows/compiled-once.js'
import { later } from '../rows/later.js'
import type { Db } from '../tables.js'

const find = compiledOnce((db, livemode: number, key: string) =>
  db.selectFrom('idempotency_keys').selectAll().where('livemode', '=', livemode).where('key', '=', key),
)

export function idempotencyQueries(db: Db): IdempotencyKeys {
  return {
    async find(livemode, key) {
      const [row] = (await db.executeQuery(find(db, Number(livemode), key))).rows
      return row && { ...row, livemode }
    },
    async insert(record) {
      const row = { ...record, livemode: Number(record.livemode) }
      await db.executeQuery(later(insertOf(db, 'idempotency_keys', row)))
    },
    async forget(before, prefix) {
      const old = db.deleteFrom('idempotency_keys').where('created', '<', before)
      // Not LIKE: "_" matches any character in a pattern.
      const beginning = sql<string>`substr(resource, 1, ${sql.lit((prefix ?? '').length)})`
      await db.executeQuery(later((prefix === undefined ? old : old.where(beginning, '=', prefix)).compile()))
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
