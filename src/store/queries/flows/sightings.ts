import type { Sighting } from '../../flows.js'
import { parseJson } from '../rows/json.js'
import type { Db, SightingsTable } from '../tables.js'

export async function sightingsIn(db: Db, livemode: boolean): Promise<Sighting[]> {
  const rows = await db.selectFrom('sightings').selectAll().where('livemode', '=', Number(livemode)).execute()
  return rows.map(toSighting)
}

/** Keeps only what the newest session showed: sessions are seen in any order, and again and again. */
export async function keepSighting(db: Db, { livemode, options, ...row }: Sighting): Promise<void> {
  await db
    .insertInto('sightings')
    .values({ ...row, livemode: Number(livemode), options: JSON.stringify(options) })
    .onConflict((conflict) =>
      conflict
        .columns(['livemode', 'stripe_flow'])
        .doUpdateSet((eb) => ({
          options: eb.ref('excluded.options'),
          session: eb.ref('excluded.session'),
          created: eb.ref('excluded.created'),
        }))
        .whereRef('sightings.created', '<=', 'excluded.created' as never),
    )
    .execute()
}

function toSighting({ livemode, options, ...row }: SightingsTable): Sighting {
  return { ...row, livemode: livemode === 1, options: parseJson(options) }
}
