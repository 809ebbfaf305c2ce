import { type RawBuilder, sql } from 'kysely'
import type { FlowBinding } from '../../flows.js'
import { unindexed } from '../rows/listing.js'

/** Whether a row of flows is one of some flows. For lists, which go through an index of their own. */
export function isWithin(binding: FlowBinding | undefined): RawBuilder<boolean> | undefined {
  return binding && conditions(binding, 'flows')
}

/** Whether a row that names its flow is of one of some flows. A row without a flow is not. */
export function isOfFlowWithin(
  table: 'verification_sessions' | 'verification_reports',
  binding: FlowBinding | undefined,
): RawBuilder<boolean> | undefined {
  if (binding === undefined) return undefined
  // Not "exists", which a planner may turn into a join that reads all flows: this looks up the one flow of each row.
  const found = sql`select 1 from flows as its_flow
    where its_flow.id = ${sql.ref(`${table}.flow`)} and ${conditions(binding, 'its_flow')}`
  return sql<boolean>`coalesce((${found}), 0) = 1`
}

function conditions({ project, keys }: FlowBinding, table: string): RawBuilder<boolean> {
  const all: RawBuilder<boolean>[] = []
  if (project !== null) all.push(sql<boolean>`${unindexed(`${table}.project`)} = ${project}`)
  if (keys !== null) {
    const some = keys.map((key) => sql<boolean>`${unindexed(`${table}.key`)} like ${likeOf(key)} escape '!'`)
    all.push(sql<boolean>`(${sql.join(some, sql` or `)})`)
  }
  return sql<boolean>`${sql.join(all, sql` and `)}`
}

function likeOf(pattern: string): string {
  return pattern.replaceAll(/[!_%]/g, '!$&').replaceAll('*', '%')
}
