import { sql } from 'kysely'
import type { Locks } from '../locks.js'
import { compiledOnce } from '../rows/compiled-once.js'
import type { Db, DeliveriesTable, DeliveryPlace } from '../tables.js'

type Line = Pick<DeliveriesTable, 'endpoint' | 'object'>

/** The most rows of an older program that are mended at once. */
const MOST_MENDED = 200

export interface DeliveryPlaces {
  /** The rows with their places. Their lines are locked until the transaction ends. */
  placed(rows: readonly Omit<DeliveriesTable, 'place'>[]): Promise<DeliveriesTable[]>
  /** Makes the next in line the first, if the first has made room. */
  moveUp(line: Line): Promise<void>
  /**
   * Gives a place to pending deliveries without one, and removes it from ended ones: older programs that know no places
   * work on the same store during a rollout. Answers whether there were any.
   */
  mend(patience: number): Promise<boolean>
}

// Constants are written into the statements: otherwise SQLite does not see that a partial index is enough.
const behind = sql.lit<DeliveryPlace>('behind')
const first = sql.lit<DeliveryPlace>('first')
const pending = sql.lit('pending')

/** The delivery that is the first in line. */
const firstOf = compiledOnce((db, endpoint: string, object: string) =>
  inLine(db, endpoint, object).where('place', '=', first).limit(1),
)
/** The first delivery in line that an older program inserted. */
const unplacedOf = compiledOnce((db, endpoint: string, object: string) =>
  inLine(db, endpoint, object).where('status', '=', pending).where('place', 'is', null).orderBy('id').limit(1),
)

function inLine(db: Db, endpoint: string, object: string) {
  return db.selectFrom('webhook_deliveries').select('id').where('endpoint', '=', endpoint).where('object', '=', object)
}

export function deliveryPlaces(db: Db, locks: Locks): DeliveryPlaces {
  const deliveries = () => db.selectFrom('webhook_deliveries')

  const hold = ({ object }: Pick<Line, 'object'>) => locks.lock(db, `deliveries:${object}`)

  const hasFirst = async ({ endpoint, object }: Line) =>
    (await db.executeQuery(firstOf(db, endpoint, object))).rows.length > 0

  const hasUnplaced = async ({ endpoint, object }: Line) =>
    (await db.executeQuery(unplacedOf(db, endpoint, object))).rows.length > 0

  async function moveUp(line: Line): Promise<void> {
    await hold(line)
    // `mend` gives it its place later, and it is then the first.
    if ((await hasUnplaced(line)) || (await hasFirst(line))) return
    const next = await inLine(db, line.endpoint, line.object)
      .where('place', '=', behind)
      .orderBy('id')
      .limit(1)
      .executeTakeFirst()
    if (next === undefined) return
    // Only if it was not given up in the meantime.
    await db
      .updateTable('webhook_deliveries')
      .set({ place: 'first' })
      .where('id', '=', next.id)
      .where('place', '=', behind)
      .execute()
  }

  async function placeOf(line: Line & Pick<DeliveriesTable, 'attempts'>, patience: number): Promise<DeliveryPlace> {
    if (line.attempts >= patience) return 'aside'
    if (!(await hasFirst(line))) return 'first'
    return line.attempts > 0 ? 'aside' : 'behind'
  }

  return {
    moveUp,
    async placed(rows) {
      for (const object of [...new Set(rows.map(({ object }) => object))].sort()) await hold({ object })
      const placed: DeliveriesTable[] = []
      const firsts = new Set<string>()
      for (const row of rows) {
        const line = JSON.stringify([row.endpoint, row.object])
        const waits =
          row.status === 'pending' && (firsts.has(line) || (await hasFirst(row)) || (await hasUnplaced(row)))
        if (row.status === 'pending') firsts.add(line)
        placed.push({ ...row, place: row.status !== 'pending' ? null : waits ? 'behind' : 'first' })
      }
      return placed
    },
    async mend(patience) {
      const misplaced = await deliveries()
        .select(['id', 'endpoint', 'object'])
        .where('status', '<>', pending)
        .where('place', 'is not', null)
        .orderBy('id')
        .limit(MOST_MENDED)
        .execute()
      for (const { id, ...line } of misplaced) {
        await db.updateTable('webhook_deliveries').set({ place: null }).where('id', '=', id).execute()
        await moveUp(line)
      }
      const found = await deliveries()
        .select(['id', 'endpoint', 'object', 'attempts'])
        .where('status', '=', pending)
        .where('place', 'is', null)
        .orderBy('endpoint')
        .orderBy('object')
        .orderBy('id')
        .limit(MOST_MENDED)
        .execute()
      for (const { id, ...row } of found) {
        await hold(row)
        await db
          .updateTable('webhook_deliveries')
          .set({ place: await placeOf(row, patience) })
          .where('id', '=', id)
          .where('status', '=', pending)
          .where('place', 'is', null)
          .execute()
        // If it was put aside, the ones behind it may have waited for that.
        await moveUp(row)
      }
      return misplaced.length + found.length > 0
    },
  }
}
