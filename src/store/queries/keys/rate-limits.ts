import type { RateLimits } from '../../rate-limits.js'
import type { Db } from '../tables.js'

/** Each call runs in its own short transaction. */
export function rateLimitStore(db: Db): RateLimits {
  return {
    take: (...wanted) => db.transaction().execute((tx) => rateLimitQueries(tx).take(...wanted)),
    forget: (before) => rateLimitQueries(db).forget(before),
  }
}

function rateLimitQueries(db: Db): RateLimits {
  return {
    async take(scope, window, wanted, limit) {
      // An update without a change locks the row until the transaction ends, on every dialect.
      const { used } = await db
        .insertInto('rate_windows')
        .values({ scope, window, used: 0 })
        .onConflict((conflict) =>
          conflict.columns(['scope', 'window']).doUpdateSet((eb) => ({ used: eb.ref('rate_windows.used') })),
        )
        .returning('used')
        .executeTakeFirstOrThrow()
      const granted = Math.max(0, Math.min(wanted, limit - used))
      if (granted > 0) {
        await db
          .updateTable('rate_windows')
          .set({ used: used + granted })
          .where('scope', '=', scope)
          .where('window', '=', window)
          .execute()
      }
      return granted
    },
    async forget(before) {
      await db.deleteFrom('rate_windows').where('window', '<', before).execute()
    },
  }
}
