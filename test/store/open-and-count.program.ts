import { setTimeout as sleep } from 'node:timers/promises'
import { openPostgresStore } from '../../src/store/postgres/open.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'

/** Opens a store (a file, or the address of a database) at a given moment, marks a write and tells which store it found. */
const [where = '', at = '0'] = process.argv.slice(2)
await sleep(Number(at) - Date.now())
const store = await (where.startsWith('postgres:')
  ? openPostgresStore({ url: where })
  : openSqliteStore({ file: where }))
await store.write((tx) => tx.state.advance(false))
const { store_id } = await store.read((tx) => tx.state.tag(false))
console.log(JSON.stringify(store_id))
await store.close()
