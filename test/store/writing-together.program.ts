import { writeSync } from 'node:fs'
import { openAt } from './open-at.js'
import { aSession } from './records.js'

/** Makes sessions at once, and says each as soon as it is acknowledged. */
const [where = '', count = '0'] = process.argv.slice(2)
const store = await openAt(where)
await Promise.all(
  Array.from({ length: Number(count) }, async (_, n) => {
    const id = `vs_${n}`
    await store.write((tx) => tx.sessions.insert(aSession(id)))
    writeSync(1, `${JSON.stringify(id)}\n`)
  }),
)
