import { summaryOf } from '../../../model/deployment.js'
import type { DeployedChange, DeployedFlow, Deployment } from '../../../model/schema-types.js'
import type { DeploymentReads, DeploymentSummary, DeploymentWrites } from '../../deployments.js'
import { insertMany, rowsOf } from '../rows/insert-many.js'
import { parseJson } from '../rows/json.js'
import { pageOfFew, readList } from '../rows/listing.js'
import type { Pace } from '../rows/pace.js'
import type { Db, DeploymentChangesTable, DeploymentsTable } from '../tables.js'
import { editsOf, endEdits, insertEdits, openCounts, openEdits } from './edits-left.js'
import { lastChanges } from './last-changes.js'

/** The columns of a change that say how it left its flow. */
const AS_LEFT = ['flow', 'key', 'action', 'after', 'deployment'] as const
/** The most changes in one query. */
const BATCH = 500

export function deploymentQueries(db: Db, pace: Pace): DeploymentReads & DeploymentWrites {
  const inMode = (livemode: boolean) =>
    db.selectFrom('deployments').selectAll().where('livemode', '=', Number(livemode))
  const changesOf = (deployment: string) =>
    db.selectFrom('deployment_changes').selectAll().where('deployment', '=', deployment).orderBy('position')
  const withChanges = async (row: DeploymentsTable | undefined): Promise<Deployment | undefined> => {
    if (row === undefined) return undefined
    const changes = await changesOf(row.id).execute()
    const { summary, ...deployment } = toSummary(row)
    const edits = await editsOf(db, row.id)
    return { ...deployment, changes: changes.map(toChange), ...(edits.length > 0 && { edits }) }
  }
  const summaries = async (rows: readonly DeploymentsTable[]): Promise<DeploymentSummary[]> => {
    const open = await openCounts(
      db,
      rows.map(({ id }) => id),
    )
    return rows.map((row) => {
      const count = open.get(row.id)
      return { ...toSummary(row), ...(count !== undefined && { edits_open: count }) }
    })
  }
  return {
    async byId(livemode, id) {
      return withChanges(await inMode(livemode).where('id', '=', id).executeTakeFirst())
    },
    async summary(livemode, id) {
      const row = await inMode(livemode).where('id', '=', id).executeTakeFirst()
      return row && (await summaries([row]))[0]
    },
    async changes(deployment, { skip, limit }) {
      const rows = await changesOf(deployment).where('position', '>=', skip).limit(limit).execute()
      return rows.map(toChange)
    },
    async byDigest(livemode, project, digests) {
      // If several did, the first one: the others found everything already written.
      const found = (await applied(db, livemode, digests)).filter((row) => row.project === project)
      return withChanges(found.sort((a, b) => a.number - b.number)[0])
    },
    async last(livemode, project) {
      const row = await db
        .selectFrom('deployments')
        .select('id')
        .where('livemode', '=', Number(livemode))
        .where('project', '=', project)
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row?.id ?? null
    },
    async flowsAfter(livemode, id) {
      const until = await inMode(livemode).where('id', '=', id).executeTakeFirst()
      if (until === undefined) return undefined
      const rows: Pick<DeploymentChangesTable, (typeof AS_LEFT)[number]>[] = []
      for (const [deployment, positions] of await lastChanges(db, pace, until)) {
        const changes = db.selectFrom('deployment_changes').select(AS_LEFT).where('deployment', '=', deployment)
        for (let start = 0; start < positions.length; start += BATCH) {
          const some = positions.slice(start, start + BATCH)
          rows.push(...(await changes.where('position', 'in', some).execute()))
        }
      }
      return rows.map(toDeployedFlow)
    },
    async list(livemode, { project, approved_digest: digest, created }, page) {
      if (digest === undefined) {
        const listing = { table: 'deployments', livemode, created, equal: [['project', project]] } as const
        const { data, has_more } = await readList(db, pace, listing, page)
        return { data: await summaries(data), has_more }
      }
      const found = (await applied(db, livemode, [digest])).filter(
        (row) => project === undefined || row.project === project,
      )
      const { data, has_more } = await pageOfFew(db, { table: 'deployments', created }, found, page)
      return { data: await summaries(data), has_more }
    },
    edits: (deployment) => editsOf(db, deployment),
    openEdits: (livemode, stripeFlow) => openEdits(db, livemode, stripeFlow),
    async insert(deployment) {
      const { number } = await db
        .selectFrom('deployments')
        .select((eb) => eb.fn.coalesce(eb.fn.max('number'), eb.lit(0)).as('number'))
        .where('livemode', '=', Number(deployment.livemode))
        .where('project', '=', deployment.project)
        .executeTakeFirstOrThrow()
      await insertMany(db, 'deployments', [toRow(deployment, Number(number) + 1)])
      await insertMany(
        db,
        'deployment_changes',
        rowsOf(deployment.changes, (change, position) => toChangeRow(deployment.id, position, change)),
      )
      await insertEdits(db, deployment, deployment.edits ?? [])
    },
    async took(id, duration) {
      await db.updateTable('deployments').set({ duration }).where('id', '=', id).execute()
    },
    editMade: (livemode, stripeFlow, edit, { session, created }) =>
      endEdits(db, livemode, stripeFlow, edit, { made_in: session, made: created, until: created }),
    editSuperseded: (livemode, stripeFlow, edit, by) => endEdits(db, livemode, stripeFlow, edit, { superseded_by: by }),
  }
}

/**
 * The deployments that applied a plan with one of these digests: few, as a project applies each digest once. Two
 * columns, because a reviewed plan is made again before it is applied, on the bases of that moment.
 */
async function applied(db: Db, livemode: boolean, digests: readonly string[]): Promise<DeploymentsTable[]> {
  const found = new Map<string, DeploymentsTable>()
  for (const column of ['plan_digest', 'approved_digest'] as const) {
    const query = db.selectFrom('deployments').selectAll().where('livemode', '=', Number(livemode))
    for (const row of await query.where(column, 'in', digests).execute()) found.set(row.id, row)
  }
  return [...found.values()]
}

function toRow({ changes, edits: _, ...deployment }: Deployment, number: number): DeploymentsTable {
  return {
    id: deployment.id,
    livemode: Number(deployment.livemode),
    project: deployment.project,
    plan_digest: deployment.plan_digest,
    approved_digest: deployment.approved_digest,
    run_id: deployment.run_id,
    actor: deployment.actor,
    source: deployment.source && JSON.stringify(deployment.source),
    allowed: JSON.stringify(deployment.allowed),
    summary: JSON.stringify(summaryOf(changes)),
    created: deployment.created,
    number,
    duration: deployment.duration ?? null,
  }
}

function toSummary(row: DeploymentsTable): DeploymentSummary {
  return {
    id: row.id,
    object: 'identity.flow_deployment',
    created: row.created,
    ...(row.duration !== null && { duration: row.duration }),
    livemode: row.livemode === 1,
    project: row.project,
    plan_digest: row.plan_digest,
    approved_digest: row.approved_digest,
    run_id: row.run_id,
    actor: row.actor,
    source: row.source === null ? null : parseJson(row.source),
    allowed: parseJson(row.allowed),
    summary: parseJson(row.summary),
  }
}

function toChangeRow(deployment: string, position: number, change: DeployedChange): DeploymentChangesTable {
  return {
    deployment,
    position,
    action: change.action,
    key: change.key,
    previous_key: change.previous_key,
    flow: change.id,
    base_version: change.base_version,
    version: change.version,
    before: change.before && JSON.stringify(change.before),
    after: JSON.stringify(change.after),
    diff_digest: change.diff_digest,
  }
}

function toChange(row: DeploymentChangesTable): DeployedChange {
  return {
    action: row.action as DeployedChange['action'],
    key: row.key,
    previous_key: row.previous_key,
    id: row.flow,
    base_version: row.base_version,
    version: row.version,
    before: row.before === null ? null : parseJson(row.before),
    after: parseJson(row.after),
    diff_digest: row.diff_digest,
  }
}

function toDeployedFlow({
  flow,
  key,
  action,
  after,
  deployment,
}: Pick<DeploymentChangesTable, 'flow' | 'key' | 'action' | 'after' | 'deployment'>): DeployedFlow {
  return {
    id: flow,
    object: 'identity.deployed_flow',
    key,
    status: action === 'archive' ? 'archived' : 'active',
    config: parseJson(after),
    deployment,
  }
}
