import type { ExpressionBuilder } from 'kysely'
import { isRecord } from '../../model/deployment.js'
import type { DeployedChange, DeployedFlow, Deployment } from '../../model/schema-types.js'
import type { DeploymentReads, DeploymentSummary, DeploymentWrites } from '../deployments.js'
import { insertMany } from './insert-many.js'
import { boundsOf, readPage } from './page.js'
import type { Db, DeploymentChangesTable, DeploymentsTable, Tables } from './tables.js'

export function deploymentQueries(db: Db): DeploymentReads & DeploymentWrites {
  const inMode = (livemode: boolean) =>
    db.selectFrom('deployments').selectAll().where('livemode', '=', Number(livemode))
  const withChanges = async (row: DeploymentsTable | undefined): Promise<Deployment | undefined> => {
    if (row === undefined) return undefined
    const changes = await db
      .selectFrom('deployment_changes')
      .selectAll()
      .where('deployment', '=', row.id)
      .orderBy('position')
      .execute()
    const { summary, ...deployment } = toSummary(row)
    return { ...deployment, changes: changes.map(toChange) }
  }
  return {
    async byId(livemode, id) {
      return withChanges(await inMode(livemode).where('id', '=', id).executeTakeFirst())
    },
    async byDigest(livemode, project, digests) {
      // Where several did, the first: what the others found was written already.
      const query = inMode(livemode).where('project', '=', project).where(applied(digests)).orderBy('number')
      return withChanges(await query.executeTakeFirst())
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
      // Only names are ranked; configurations are read of the rows that are wanted.
      const ranked = db
        .selectFrom('deployment_changes')
        .innerJoin('deployments', 'deployments.id', 'deployment_changes.deployment')
        .select(({ fn }) => [
          'deployment_changes.deployment',
          'deployment_changes.position',
          fn
            .agg<number>('row_number')
            .over((over) => over.partitionBy('deployment_changes.flow').orderBy('deployments.number', 'desc'))
            .as('rank'),
        ])
        .where('deployments.livemode', '=', until.livemode)
        .where('deployments.project', '=', until.project)
        .where('deployments.number', '<=', until.number)
      const rows = await db
        .selectFrom(ranked.as('ranked'))
        .innerJoin('deployment_changes', (join) =>
          join
            .onRef('deployment_changes.deployment', '=', 'ranked.deployment')
            .onRef('deployment_changes.position', '=', 'ranked.position'),
        )
        .select([
          'deployment_changes.flow',
          'deployment_changes.key',
          'deployment_changes.action',
          'deployment_changes.after',
          'deployment_changes.deployment',
        ])
        .where('ranked.rank', '=', 1)
        .execute()
      return rows.map(toDeployedFlow)
    },
    async list(livemode, { project, approved_digest: digest, created }, page) {
      const { data, has_more } = await readPage(page, ({ order, comparison, cursor, limit }) => {
        let query = inMode(livemode).orderBy('id', order).limit(limit)
        if (cursor !== undefined) query = query.where('id', comparison, cursor)
        if (project !== undefined) query = query.where('project', '=', project)
        if (digest !== undefined) query = query.where(applied([digest]))
        for (const [bound, time] of boundsOf(created)) query = query.where('created', bound, time)
        return query.execute()
      })
      return { data: data.map(toSummary), has_more }
    },
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
        deployment.changes.map((change, position) => toChangeRow(deployment.id, position, change)),
      )
    },
  }
}

/** Two columns, because a plan that was reviewed is made again before it is applied, on the bases of that moment. */
function applied(digests: readonly string[]) {
  return ({ eb }: ExpressionBuilder<Tables, 'deployments'>) =>
    eb.or([eb('plan_digest', 'in', digests), eb('approved_digest', 'in', digests)])
}

function toRow({ changes, ...deployment }: Deployment, number: number): DeploymentsTable {
  const summary: Record<DeployedChange['action'], number> = {
    create: 0,
    update: 0,
    rename: 0,
    adopt: 0,
    restore: 0,
    archive: 0,
  }
  const records = changes.filter(isRecord).length
  for (const change of changes) if (!isRecord(change)) summary[change.action] += 1
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
    summary: JSON.stringify({ ...summary, ...(records > 0 && { record: records }) }),
    created: deployment.created,
    number,
  }
}

function toSummary(row: DeploymentsTable): DeploymentSummary {
  return {
    id: row.id,
    object: 'identity.flow_deployment',
    created: row.created,
    livemode: row.livemode === 1,
    project: row.project,
    plan_digest: row.plan_digest,
    approved_digest: row.approved_digest,
    run_id: row.run_id,
    actor: row.actor,
    source: row.source === null ? null : JSON.parse(row.source),
    allowed: JSON.parse(row.allowed),
    summary: JSON.parse(row.summary),
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
    before: row.before === null ? null : JSON.parse(row.before),
    after: JSON.parse(row.after),
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
    config: JSON.parse(after),
    deployment,
  }
}
