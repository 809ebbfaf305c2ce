import { sql } from 'kysely'
import type { Locks } from '../locks.js'
import type { Db, DeliveriesTable, DeliveryPlace } from '../tables.js'

type Line = Pick<DeliveriesTable, 'endpoint' | 'object'>

/** At once, of what an older program left. */
const MOST_MENDED = 200

export interface DeliveryPlaces {
  /** The rows with their places. Nobody else changes their lines until the transaction ends. */
  placed(rows: readonly Omit<DeliveriesTable, 'place'>[]): Promise<DeliveriesTable[]>
  /** Makes the next in line the first, when the first has made room. */
  moveUp(line: Line): Promise<void>
  /**
   * Gives a place to what has none, and takes it from what has ended: programs of before places were kept work on the
   * same store while a new version is rolled out. Answers whether there was any.
   */
  mend(patience: number): Promise<boolean>
}

export function deliveryPlaces(db: Db, locks: Locks): DeliveryPlaces {
  const deliveries = () => db.selectFrom('webhook_deliveries')
  // Constants stand in the statements themselves: else SQLite does not see that an index on a part of the rows will do.
  const behind = sql.lit<DeliveryPlace>('behind')
  const first = sql.lit<DeliveryPlace>('first')
  const pending = sql.lit('pending')

  const hold = ({ object }: Pick<Line, 'object'>) => locks.lock(db, `deliveries:${object}`)

  const inLine = ({ endpoint, object }: Line) =>
    deliveries().select('id').where('endpoint', '=', endpoint).where('object', '=', object)

  const hasFirst = async (line: Line) =>
    (await inLine(line).where('place', '=', first).limit(1).executeTakeFirst()) !== undefined

  /** The first of those in line that an older program put there. */
  const unplaced = (line: Line) =>
    inLine(line).where('status', '=', pending).where('place', 'is', null).orderBy('id').limit(1).executeTakeFirst()

  async function moveUp(line: Line): Promise<void> {
    await hold(line)
    // It is given its place by whoever comes across it, and is then the first.
    if ((await unplaced(line)) !== undefined || (await hasFirst(line))) return
    const next = await inLine(line).where('place', '=', behind).orderBy('id').limit(1).executeTakeFirst()
    if (next === undefined) return
    // Unless it was given up meanwhile.
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
          row.status === 'pending' && (firsts.has(line) || (await hasFirst(row)) || (await unplaced(row)) !== undefined)
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
        // Those behind it may have waited for it to be given a place, and it stands aside.
        await moveUp(row)
      }
      return misplaced.length + found.length > 0
    },
  }
}
