import type { ApiKeyReads, ApiKeyRecord, ApiKeyWrites } from '../store.js'
import type { ApiKeysTable, Db } from './tables.js'

export function apiKeyQueries(db: Db): ApiKeyReads & ApiKeyWrites {
  const keys = () => db.selectFrom('api_keys').selectAll()
  return {
    async byId(id) {
      const row = await keys().where('id', '=', id).executeTakeFirst()
      return row && toRecord(row)
    },
    async byHash(hash) {
      const row = await keys().where('hash', '=', hash).executeTakeFirst()
      return row && toRecord(row)
    },
    async list() {
      return (await keys().orderBy('id', 'desc').execute()).map(toRecord)
    },
    async insert(key) {
      await db
        .insertInto('api_keys')
        .values({ ...key, livemode: Number(key.livemode), scopes: key.scopes && JSON.stringify(key.scopes) })
        .execute()
    },
    async revoke(id, at) {
      await db.updateTable('api_keys').set({ revoked: at }).where('id', '=', id).where('revoked', 'is', null).execute()
    },
    async touch(id, at) {
      await db
        .updateTable('api_keys')
        .set({ last_used: at })
        .where('id', '=', id)
        .where((eb) => eb.or([eb('last_used', 'is', null), eb('last_used', '<', at)]))
        .execute()
    },
  }
}

function toRecord(row: ApiKeysTable): ApiKeyRecord {
  return { ...row, livemode: row.livemode === 1, scopes: row.scopes === null ? null : JSON.parse(row.scopes) }
}
