import { sql } from 'kysely'
import { MOSTLY_DIFFERENT, SharedParts } from '../../../model/shared-parts.js'
import type { HeldConfigs } from '../../../model/state.js'
import type { FlowReads, FlowRecord, FlowVersionRecord, FlowWrites } from '../../flows.js'
import { insertMany, rowsOf } from '../rows/insert-many.js'
import { parseJson } from '../rows/json.js'
import { readList } from '../rows/listing.js'
import type { Pace } from '../rows/pace.js'
import { readPage } from '../rows/page.js'
import { sessionsByFlow } from '../sessions/session-counts.js'
import type { Db, FlowsTable, FlowVersionsTable } from '../tables.js'
import { readByKey } from './by-key.js'
import { IS_DRIFTED, IS_OF_DEPLOYMENTS } from './drifted.js'
import { keepSighting, sightingsIn } from './sightings.js'
import { isWithin } from './within.js'

/** The most ids or keys in one query. */
const BATCH = 500
/** How many flows are read at a time where all are: their rows take as much memory as they do. */
const STEP = 1_000

export function flowQueries(db: Db, pace: Pace): FlowReads & FlowWrites {
  const inMode = (livemode: boolean) => db.selectFrom('flows').selectAll().where('livemode', '=', Number(livemode))
  return {
    async byId(livemode, id) {
      const row = await inMode(livemode).where('id', '=', id).executeTakeFirst()
      return row && toRecord(row)
    },
    async byKey(livemode, key) {
      const row = await inMode(livemode).where('key', '=', key).executeTakeFirst()
      return row && toRecord(row)
    },
    async byLinkToken(token) {
      const row = await db.selectFrom('flows').selectAll().where('link_token', '=', token).executeTakeFirst()
      return row && toRecord(row)
    },
    async byIdsOrKeys(livemode, ids, keys) {
      const found = new Map<string, FlowsTable>()
      for (const some of batches(ids)) {
        for (const row of await inMode(livemode).where('id', 'in', some).execute()) found.set(row.id, row)
      }
      for (const some of batches(keys)) {
        for (const row of await inMode(livemode).where('key', 'in', some).execute()) found.set(row.id, row)
      }
      return Array.from(found.values(), toRecord)
    },
    async boundTo(livemode, stripeFlows) {
      const found: FlowsTable[] = []
      for (const some of batches([...new Set(stripeFlows)])) {
        found.push(...(await inMode(livemode).where('stripe_flow', 'in', some).execute()))
      }
      return found.map(toRecord)
    },
    sightings: (livemode) => sightingsIn(db, livemode),
    keepSighting: (sighting) => keepSighting(db, sighting),
    async all<T = FlowRecord>(
      livemode: boolean,
      as: (flow: FlowRecord) => T | undefined = (flow) => flow as T,
      held?: HeldConfigs,
    ) {
      const flows: T[] = []
      const parts = new SharedParts()
      for (let last: string | undefined; ; ) {
        let query = inMode(livemode)
        if (last !== undefined) query = query.where('key', '>', last)
        const rows = await query.orderBy('key').limit(STEP).execute()
        for (const row of rows) {
          const same = heldAs(row, held)
          const config = same ?? parts.within(parseJson<FlowRecord['config']>(row.config), MOSTLY_DIFFERENT)
          const one = as(parts.within(recordOf(row, config), OF_ONE_FLOW))
          if (one !== undefined) flows.push(one)
        }
        last = rows.at(-1)?.key
        if (rows.length < STEP) return flows
        await pace.next()
      }
    },
    async list(livemode, { key, project, status, created, within }, page) {
      const equal = [
        ['key', key],
        ['project', project],
        ['status', status],
      ] as const
      const listing = { table: 'flows', livemode, created, equal, also: isWithin(within) } as const
      const { data, has_more } = await readList(db, pace, listing, page)
      return { data: data.map(toRecord), has_more }
    },
    async listByKey(livemode, filter, page) {
      const { data, has_more } = await readByKey(db, pace, { livemode, ...filter }, page)
      return { data: data.map(toRecord), has_more }
    },
    async drifted(livemode, limit) {
      const rows = await inMode(livemode)
        .where(sql.raw<boolean>(IS_DRIFTED))
        .where(sql.raw<boolean>(IS_OF_DEPLOYMENTS))
        .orderBy('key')
        .limit(limit)
        .execute()
      return rows.map(toRecord)
    },
    async inOrder(livemode, { project, status, within }, { mostUsedOf: days, skip, limit }) {
      let query = db.selectFrom('flows').selectAll('flows').where('livemode', '=', Number(livemode))
      if (project !== undefined) query = query.where('project', '=', project)
      if (status !== undefined) query = query.where('status', '=', status)
      const also = isWithin(within)
      if (also !== undefined) query = query.where(also)
      if (days !== undefined) {
        query = query
          .leftJoin(
            sql<{ flow: string; sessions: number }>`(${sessionsByFlow(livemode, days)})`.as('used'),
            'used.flow',
            'flows.id',
          )
          .orderBy(sql`coalesce(used.sessions, 0)`, 'desc')
      }
      return (await query.orderBy('flows.key').limit(limit).offset(skip).execute()).map(toRecord)
    },
    async lastDeployed(flow) {
      return db
        .selectFrom('flow_versions')
        .select(['version', 'project'])
        .where('flow', '=', flow)
        .where('deployment', 'is not', null)
        .orderBy('version', 'desc')
        .limit(1)
        .executeTakeFirst()
    },
    async versions(flow, page) {
      const { data, has_more } = await readPage<FlowVersionsTable, number>(
        { limit: page.limit, starting_after: page.starting_after, ending_before: page.ending_before },
        ({ order, comparison, cursor, limit }) => {
          let query = db.selectFrom('flow_versions').selectAll().where('flow', '=', flow)
          if (cursor !== undefined) query = query.where('version', comparison, cursor)
          return query.orderBy('version', order).limit(limit).execute()
        },
      )
      return { data: data.map(toVersion), has_more }
    },
    async save(flows, versions) {
      await parkKeys(db, flows)
      await insertMany(db, 'flows', rowsOf(flows, toRow), (query) =>
        query.onConflict((conflict) =>
          conflict.column('id').doUpdateSet((eb) => ({
            key: eb.ref('excluded.key'),
            project: eb.ref('excluded.project'),
            status: eb.ref('excluded.status'),
            version: eb.ref('excluded.version'),
            config: eb.ref('excluded.config'),
            applied: eb.ref('excluded.applied'),
            applied_status: eb.ref('excluded.applied_status'),
            applied_key: eb.ref('excluded.applied_key'),
            link_token: eb.ref('excluded.link_token'),
            updated: eb.ref('excluded.updated'),
            updated_by: eb.ref('excluded.updated_by'),
            stripe_flow: eb.ref('excluded.stripe_flow'),
          })),
        ),
      )
      await insertMany(db, 'flow_versions', rowsOf(versions, toVersionRow))
    },
  }
}

/**
 * Gives flows with a changing key a temporary key that no flow can have, so that keys may move along a chain or in a
 * circle: stores check uniqueness row by row.
 */
async function parkKeys(db: Db, flows: readonly FlowRecord[]): Promise<void> {
  const keys = new Map(flows.map(({ id, key }) => [id, key]))
  const moving: string[] = []
  for (const some of batches([...keys.keys()])) {
    const rows = await db.selectFrom('flows').select(['id', 'key']).where('id', 'in', some).execute()
    moving.push(...rows.filter(({ id, key }) => keys.get(id) !== key).map(({ id }) => id))
  }
  for (const some of batches(moving)) {
    await db
      .updateTable('flows')
      .set((eb) => ({ key: eb(eb.val('~'), '||', eb.ref('id')) }))
      .where('id', 'in', some)
      .execute()
  }
}

/** Batches of equal size, so that few different statements arise; a short last batch repeats its last member. */
function* batches(values: readonly string[]): Generator<string[]> {
  for (let start = 0; start < values.length; start += BATCH) {
    const some = values.slice(start, start + BATCH)
    const last = some.at(-1)
    while (last !== undefined && start > 0 && some.length < BATCH) some.push(last)
    yield some
  }
}

/** The members of a record that no other one has, or that are shared by other ways. */
const OF_ONE_FLOW: readonly (keyof FlowRecord)[] = ['id', 'key', 'config', 'applied', 'applied_key', 'link_token']

/** What the caller has that is the same as what a row says. */
function heldAs({ key, config }: FlowsTable, held: HeldConfigs | undefined): FlowRecord['config'] | undefined {
  const one = held?.get(key)
  return one !== undefined && JSON.stringify(one) === config ? one : undefined
}

function toRecord(row: FlowsTable): FlowRecord {
  return recordOf(row, parseJson(row.config))
}

/** Member by member: the rest of an object is one that takes several times the memory. */
function recordOf(row: FlowsTable, config: FlowRecord['config']): FlowRecord {
  const { applied } = row
  return {
    id: row.id,
    livemode: row.livemode === 1,
    key: row.key,
    project: row.project,
    status: row.status as FlowRecord['status'],
    version: row.version,
    config,
    // Both are equal unless there is drift; then one parse is enough.
    applied: applied === null ? null : applied === row.config ? config : parseJson(applied),
    applied_status: row.applied_status as FlowRecord['applied_status'],
    applied_key: row.applied_key === row.key ? row.key : row.applied_key,
    link_token: row.link_token,
    created: row.created,
    updated: row.updated,
    updated_by: row.updated_by,
  }
}

function toRow(record: FlowRecord): FlowsTable {
  const config = JSON.stringify(record.config)
  return {
    id: record.id,
    livemode: Number(record.livemode),
    key: record.key,
    project: record.project,
    status: record.status,
    version: record.version,
    config,
    applied: record.applied && (record.applied === record.config ? config : JSON.stringify(record.applied)),
    applied_status: record.applied_status,
    applied_key: record.applied_key,
    link_token: record.link_token,
    created: record.created,
    updated: record.updated,
    updated_by: record.updated_by,
    stripe_flow: record.config.stripe_flow ?? null,
  }
}

function toVersion({ status, config, ...row }: FlowVersionsTable): FlowVersionRecord {
  return { ...row, status: status as FlowRecord['status'], config: parseJson(config) }
}

function toVersionRow(record: FlowVersionRecord): FlowVersionsTable {
  return {
    flow: record.flow,
    version: record.version,
    action: record.action,
    key: record.key,
    project: record.project,
    status: record.status,
    config: JSON.stringify(record.config),
    actor: record.actor,
    deployment: record.deployment,
    created: record.created,
  }
}
