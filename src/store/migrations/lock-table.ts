import { type Kysely, SqliteAdapter, sql } from 'kysely'

/** How long a try waits for the table, and then lets others through; and how many tries there are. */
const TRY = '1s'
const TRIES = 300

/**
 * Locks a table for a change of its columns. With PostgreSQL whoever waits for that lock holds up everybody behind it, also
 * those who only read; so it waits a second at a time, as a backup that reads the table may take long. With SQLite the
 * migration is the only writer already.
 */
export async function lockTable(tx: Kysely<unknown>, table: string): Promise<void> {
  if (tx.getExecutor().adapter instanceof SqliteAdapter) return
  await sql
    .raw(
      `do $$ declare tries integer := 0; begin
        loop
          begin
            set local lock_timeout = '${TRY}';
            lock table ${table} in access exclusive mode;
            exit;
          exception when lock_not_available then
            tries := tries + 1;
            if tries = ${TRIES} then raise; end if;
            perform pg_sleep(1);
          end;
        end loop;
      end $$`,
    )
    .execute(tx)
}
