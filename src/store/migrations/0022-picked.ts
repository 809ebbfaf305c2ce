import { SqliteAdapter, sql } from 'kysely'
import { lockTable } from './lock-table.js'
import type { Migration } from './migration.js'

/**
 * The document that a person picked on the page, until the attempt ends. It only adds: an attempt that an older program
 * ends has the simulator's own document in its report. Such a program does not know the column, so a trigger empties it
 * when the attempt ends or the session is redacted, whoever does it.
 */
export const picked: Migration = {
  name: '0022-picked',
  async up(tx) {
    const isSqlite = tx.getExecutor().adapter instanceof SqliteAdapter
    await lockTable(tx, 'verification_sessions')
    await tx.schema.alterTable('verification_sessions').addColumn('picked', 'text').execute()
    for (const statement of isSqlite ? SQLITE : POSTGRES) await sql.raw(statement).execute(tx)
  },
}

const IS_OVER = "new.picked is not null and (new.status <> 'processing' or new.redaction is not null)"

const SQLITE = [
  `create trigger sessions_over after update of status, redaction on verification_sessions when ${IS_OVER} begin
    update verification_sessions set picked = null where id = new.id;
  end`,
]

const POSTGRES = [
  `create function forget_picked() returns trigger language plpgsql as $$ begin
    new.picked := null;
    return new;
  end $$`,
  `create trigger sessions_over before update of status, redaction on verification_sessions
    for each row when (${IS_OVER}) execute function forget_picked()`,
]
