import { createInterface } from 'node:readline'
import { setImmediate as soon } from 'node:timers/promises'
import { openSqliteStore } from '../../src/store/sqlite/open.js'

/** Reads a store of which it may write nothing: how many sessions it holds, whenever it is asked, or all the time. */
const [file = '', mode = 'asked'] = process.argv.slice(2)
const store = await openSqliteStore({ file, readOnly: true })

function count(): Promise<number> {
  return store.read(async (tx) => {
    let found = 0
    for await (const { table, rows } of tx.contents.batches())
      if (table === 'verification_sessions') found += rows.length
    return found
  })
}

if (mode === 'asked') {
  for await (const _ of createInterface({ input: process.stdin })) console.log(JSON.stringify(await count()))
} else {
  let isEnded = false
  process.stdin.on('end', () => {
    isEnded = true
  })
  process.stdin.resume()
  while (!isEnded) {
    console.log(JSON.stringify(await count()))
    await soon()
  }
}
await store.close()
