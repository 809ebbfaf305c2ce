import type { EphemeralKeyReads, EphemeralKeyRecord, EphemeralKeyWrites } from '../../keys.js'
import type { Db, EphemeralKeysTable } from '../tables.js'

export function ephemeralKeyQueries(db: Db): EphemeralKeyReads & EphemeralKeyWrites {
  return {
    async byHash(hash) {
      const row = await db.selectFrom('ephemeral_keys').selectAll().where('hash', '=', hash).executeTakeFirst()
      return row && toRecord(row)
    },
    async insert(key) {
      await db
        .insertInto('ephemeral_keys')
        .values({ ...key, livemode: Number(key.livemode) })
        .execute()
    },
    async delete(livemode, id) {
      const row = await db
        .deleteFrom('ephemeral_keys')
        .where('livemode', '=', Number(livemode))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
      return row && toRecord(row)
    },
    async forget(before, limit) {
      const old = db
        .selectFrom('ephemeral_keys')
        .select('id')
        .where('expires', '<', before)
        .orderBy('expires')
        .limit(limit)
      const ids = (await old.execute()).map(({ id }) => id)
      if (ids.length > 0) await db.deleteFrom('ephemeral_keys').where('id', 'in', ids).execute()
      return ids.length
    },
  }
}

function toRecord(row: EphemeralKeysTable): EphemeralKeyRecord {
  return { ...row, livemode: row.livemode === 1 }
}
