import type { ReviewedStatus, ReviewReads, ReviewWrites } from '../../people/reviews.js'
import type { Db } from '../tables.js'

export function reviewQueries(db: Db): ReviewReads & ReviewWrites {
  return {
    async ofSession(session) {
      const rows = await db
        .selectFrom('session_reviews')
        .selectAll()
        .where('session', '=', session)
        .orderBy('created')
        .orderBy('id')
        .execute()
      return rows.map(({ livemode, before, after, ...row }) => ({
        ...row,
        livemode: livemode === 1,
        before: before as ReviewedStatus,
        after: after as ReviewedStatus,
      }))
    },
    async insert(review) {
      await db
        .insertInto('session_reviews')
        .values({ ...review, livemode: Number(review.livemode) })
        .execute()
    },
    async erase(session, text) {
      await db.updateTable('session_reviews').set({ reason: text }).where('session', '=', session).execute()
    },
  }
}
