import type { DeployedEdit } from '../../../model/schema-types.js'
import type { OpenEdit } from '../../deployments.js'
import { insertMany } from '../rows/insert-many.js'
import { parseJson } from '../rows/json.js'
import type { Db, EditsLeftTable } from '../tables.js'

export async function editsOf(db: Db, deployment: string): Promise<DeployedEdit[]> {
  const rows = await db
    .selectFrom('edits_left')
    .selectAll()
    .where('deployment', '=', deployment)
    .orderBy('position')
    .execute()
  return rows.map(toEdit)
}

/** How many edits of each of these deployments are still to be made; those without any are left out. */
export async function openCounts(db: Db, deployments: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (deployments.length === 0) return new Map()
  const rows = await db
    .selectFrom('edits_left')
    .select(['deployment', 'made_in', 'superseded_by'])
    .where('deployment', 'in', deployments)
    .execute()
  const counts = new Map<string, number>()
  for (const { deployment, made_in, superseded_by } of rows) {
    if (made_in === null && superseded_by === null) counts.set(deployment, (counts.get(deployment) ?? 0) + 1)
  }
  return counts
}

export async function openEdits(db: Db, livemode: boolean, stripeFlow: string): Promise<OpenEdit[]> {
  const rows = await db
    .selectFrom('edits_left')
    .select(['path', 'defined'])
    .where('livemode', '=', Number(livemode))
    .where('stripe_flow', '=', stripeFlow)
    .where('made_in', 'is', null)
    .where('superseded_by', 'is', null)
    .execute()
  // Several deployments may have left the same.
  const different = new Map(rows.map((row) => [`${row.path} ${row.defined}`, row]))
  return Array.from(different.values(), ({ path, defined }) => ({ path, defined: parseJson(defined) }))
}

/** What became of an edit. */
type End = Partial<Pick<EditsLeftTable, 'made_in' | 'made' | 'superseded_by'>>

/** `until`: only of deployments that were made on what an older session showed. */
export async function endEdits(
  db: Db,
  livemode: boolean,
  stripeFlow: string,
  { path, defined }: OpenEdit,
  { until, ...end }: End & { readonly until?: number },
): Promise<void> {
  let update = db
    .updateTable('edits_left')
    .set(end)
    .where('livemode', '=', Number(livemode))
    .where('stripe_flow', '=', stripeFlow)
    .where('path', '=', path)
    .where('defined', '=', JSON.stringify(defined))
    .where('made_in', 'is', null)
    .where('superseded_by', 'is', null)
  if (until !== undefined) update = update.where('seen', '<=', until)
  await update.execute()
}

export async function insertEdits(
  db: Db,
  { id, livemode }: { readonly id: string; readonly livemode: boolean },
  edits: readonly DeployedEdit[],
): Promise<void> {
  const rows = edits.map((edit, position): EditsLeftTable => {
    const { id: flow, key, stripe_flow, path, observed, defined, session, seen } = edit
    return {
      deployment: id,
      position,
      livemode: Number(livemode),
      flow,
      key,
      stripe_flow,
      path,
      observed: JSON.stringify(observed),
      defined: JSON.stringify(defined),
      session,
      seen,
      made_in: null,
      made: null,
      superseded_by: null,
    }
  })
  await insertMany(db, 'edits_left', rows)
}

function toEdit({ flow, observed, defined, ...row }: EditsLeftTable): DeployedEdit {
  const { key, stripe_flow, path, session, seen, made_in, made, superseded_by } = row
  return {
    id: flow,
    key,
    stripe_flow,
    path,
    observed: parseJson(observed),
    defined: parseJson(defined),
    session,
    seen,
    status: made_in !== null ? 'made' : superseded_by !== null ? 'superseded' : 'open',
    made_in,
    made,
    superseded_by,
  }
}
