import { openPostgresStore } from '../../src/store/postgres/open.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'
import type { Store } from '../../src/store/store.js'

/** Opens what the tests call a store's place: a file, or the address of a database. For programs of their own. */
export function openAt(where: string): Promise<Store> {
  return /^postgres(ql)?:/.test(where) ? openPostgresStore({ url: where }) : openSqliteStore({ file: where })
}
