import { sql } from 'kysely'
import type { SignInReads, SignInWrites } from '../../people/sign-ins.js'
import type { Db } from '../tables.js'

export function signInQueries(db: Db): SignInReads & SignInWrites {
  return {
    byHash: (hash) => db.selectFrom('sign_ins').selectAll().where('hash', '=', hash).executeTakeFirst(),
    async current({ now, seenSince }, person, limit) {
      const all = db.selectFrom('sign_ins').selectAll().where('seen', '>', seenSince)
      const some = person === undefined ? all : all.where('person', '=', person)
      return some.where(sql<number>`expires + 0`, '>', now).orderBy('seen', 'desc').limit(limit).execute()
    },
    async insertLink(link) {
      await db.insertInto('sign_in_links').values(link).execute()
    },
    takeLink: (hash) => db.deleteFrom('sign_in_links').where('hash', '=', hash).returningAll().executeTakeFirst(),
    async insert(signIn) {
      await db.insertInto('sign_ins').values(signIn).execute()
    },
    async touch(hash, at) {
      await db.updateTable('sign_ins').set({ seen: at }).where('hash', '=', hash).where('seen', '<', at).execute()
    },
    delete: (hash) => db.deleteFrom('sign_ins').where('hash', '=', hash).returningAll().executeTakeFirst(),
    async deleteOf(person) {
      await db.deleteFrom('sign_ins').where('person', '=', person).execute()
    },
    async forget(expired, unseen) {
      await db.deleteFrom('sign_in_links').where('expires', '<', expired).execute()
      await db.deleteFrom('sign_ins').where('expires', '<', expired).execute()
      await db.deleteFrom('sign_ins').where('seen', '<', unseen).execute()
    },
  }
}
