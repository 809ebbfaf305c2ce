import { join } from 'node:path'
import { service, type WriteCall } from '../../src/service/operations/calls/call.js'
import { localUser } from '../../src/service/operations/calls/principal.js'
import { openSqliteStore } from '../../src/store/sqlite/open.js'

/** Does something at the service of a project's embedded store, as its dashboard does: outside git. */
export async function outsideGit(cwd: string, use: (call: WriteCall) => Promise<unknown>): Promise<void> {
  const store = await openSqliteStore({ file: join(cwd, '.flows', 'store.sqlite') })
  await service({ store })
    .write({ livemode: false, principal: localUser('dashboard') }, use)
    .finally(() => store.close())
}
