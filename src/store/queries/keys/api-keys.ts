import type { ApiKeyReads, ApiKeyRecord, ApiKeyWrites, Ending } from '../../keys.js'
import { fromJson } from '../rows/json.js'
import { readList } from '../rows/listing.js'
import { lookup } from '../rows/lookup.js'
import type { Pace } from '../rows/pace.js'
import type { ApiKeysTable } from '../tables.js'
import type { Asking } from '../transactions.js'

/** What a record is made of. */
const COLUMNS = [
  'id',
  'livemode',
  'name',
  'hash',
  'tail',
  'created',
  'created_by',
  'revoked',
  'revoked_by',
  'scopes',
  'expires',
  'last_used',
  'project',
  'flows',
  'addresses',
  'origin',
] as const satisfies readonly (keyof ApiKeysTable)[]

type Row = Pick<ApiKeysTable, (typeof COLUMNS)[number]>

/** Made with every request. */
const BY_HASH = lookup('api_keys', 'hash', COLUMNS)

export function apiKeyQueries(asking: Asking, pace: Pace): ApiKeyReads & ApiKeyWrites {
  const keys = () => asking.db.selectFrom('api_keys').selectAll()
  const ending = ({ after, before }: Ending) =>
    asking.db
      .selectFrom('api_keys')
      .select('id')
      .where('expires', '>', after)
      .where('expires', '<', before)
      .where('end_told', 'is', null)
      .where('revoked', 'is', null)
  // An update without a change locks the row until the transaction ends, on every dialect.
  const locked = (id: string) =>
    asking.db
      .updateTable('api_keys')
      .set((eb) => ({ revoked: eb.ref('revoked') }))
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst()
  return {
    async byId(id) {
      const row = await keys().where('id', '=', id).executeTakeFirst()
      return row && toRecord(row)
    },
    async byHash(hash, other) {
      const row = await asking.find(BY_HASH, hash, other)
      return row && toRecord(row)
    },
    async list(livemode, { created }, page) {
      const { data, has_more } = await readList(asking.db, pace, { table: 'api_keys', livemode, created }, page)
      return { data: data.map(toRecord), has_more }
    },
    async toWrite(id) {
      const row = await locked(id)
      return row && toRecord(row)
    },
    async insert(key) {
      await asking.db.insertInto('api_keys').values(toRow(key)).execute()
    },
    async revoke(id, at, by) {
      await asking.db
        .updateTable('api_keys')
        .set({ revoked: at, revoked_by: by })
        .where('id', '=', id)
        .where('revoked', 'is', null)
        .execute()
    },
    async touch(ids, at) {
      if (ids.length === 0) return
      await asking.db
        .updateTable('api_keys')
        .set({ last_used: at })
        .where('id', 'in', ids)
        .where((eb) => eb.or([eb('last_used', 'is', null), eb('last_used', '<', at)]))
        .execute()
    },
    async hasEnding(time) {
      return (await ending(time).limit(1).executeTakeFirst()) !== undefined
    },
    async takeEnding(time, limit) {
      const taken: ApiKeyRecord[] = []
      for (const { id } of await ending(time).orderBy('expires').limit(limit).execute()) {
        const row = await locked(id)
        // Somebody else may have taken or revoked it since.
        if (row === undefined || row.end_told !== null || row.revoked !== null) continue
        await asking.db.updateTable('api_keys').set({ end_told: 1 }).where('id', '=', id).execute()
        taken.push(toRecord(row))
      }
      return taken
    },
  }
}

function toRow({ livemode, scopes, flows, addresses, ...key }: ApiKeyRecord): ApiKeysTable {
  return {
    ...key,
    livemode: Number(livemode),
    scopes: scopes && JSON.stringify(scopes),
    flows: flows && JSON.stringify(flows),
    addresses: addresses && JSON.stringify(addresses),
    end_told: null,
  }
}

/** Member by member, as every request needs one. */
function toRecord(row: Row): ApiKeyRecord {
  return {
    id: row.id,
    livemode: row.livemode === 1,
    name: row.name,
    hash: row.hash,
    tail: row.tail,
    created: row.created,
    created_by: row.created_by,
    revoked: row.revoked,
    revoked_by: row.revoked_by,
    scopes: fromJson(row.scopes),
    expires: row.expires,
    last_used: row.last_used,
    project: row.project,
    flows: fromJson(row.flows),
    addresses: fromJson(row.addresses),
    origin: row.origin === 'bootstrap' ? row.origin : null,
  }
}
