import { setTimeout as sleep } from 'node:timers/promises'
import { openAt } from './open-at.js'

/** Opens a store at a given moment, marks a write and tells which store it found. */
const [where = '', at = '0'] = process.argv.slice(2)
await sleep(Number(at) - Date.now())
const store = await openAt(where)
await store.write((tx) => tx.state.advance(false))
const { store_id } = await store.read((tx) => tx.state.tag(false))
console.log(JSON.stringify(store_id))
await store.close()
