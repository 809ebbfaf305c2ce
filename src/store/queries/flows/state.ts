import { randomBytes } from 'node:crypto'
import type { StateReads, StateWrites } from '../../state.js'
import type { Db } from '../tables.js'

export function stateQueries(db: Db): StateReads & StateWrites {
  return {
    async tag(livemode) {
      const row = await db
        .selectFrom('state_revision')
        .innerJoin('meta', (join) => join.onTrue())
        .select(['meta.value as store_id', 'state_revision.revision', 'state_revision.nonce'])
        .where('meta.name', '=', 'store_id')
        .where('state_revision.livemode', '=', Number(livemode))
        .executeTakeFirstOrThrow()
      return row
    },
    async signingSecret() {
      const row = await db
        .selectFrom('meta')
        .select('value')
        .where('name', '=', 'signing_secret')
        .executeTakeFirstOrThrow()
      return row.value
    },
    async lock(livemode) {
      // An update without a change locks the row until the transaction ends, on every dialect.
      await db
        .updateTable('state_revision')
        .set((eb) => ({ revision: eb.ref('revision') }))
        .where('livemode', '=', Number(livemode))
        .execute()
    },
    async advance(livemode) {
      await db
        .updateTable('state_revision')
        .set((eb) => ({ revision: eb('revision', '+', 1), nonce: randomBytes(8).toString('hex') }))
        .where('livemode', '=', Number(livemode))
        .execute()
    },
  }
}
