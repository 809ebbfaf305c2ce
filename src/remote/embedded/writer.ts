import { submitSession } from '../../service/operations/attempts.js'
import { service } from '../../service/operations/call.js'
import { deploy } from '../../service/operations/deployments.js'
import { updateStaticLink } from '../../service/operations/flows.js'
import { createSession } from '../../service/operations/sessions.js'
import { openSqliteStore } from '../../store/sqlite/open.js'
import type { RemoteWriter } from '../remote.js'
import type { EmbeddedOptions } from './options.js'
import { told } from './told.js'

/** Opens the store for writing: makes it, or brings it up to date. */
export async function embeddedWriter({ file, actor, now }: EmbeddedOptions): Promise<RemoteWriter> {
  const caller = { livemode: false, actor }
  const store = await told(openSqliteStore({ file }))
  // No process stays behind to go on with a session later, so everything is done at once.
  const { write } = service({ store, now, processing: 0 })
  return {
    deploy: (request) => told(write(caller, (call) => deploy(call, request))),
    rotateLink: (idOrKey) => told(write(caller, (call) => updateStaticLink(call, idOrKey, { rotate: true }))),
    createSession: (params) => told(write(caller, (call) => createSession(call, params))),
    submitSession: (id, outcome) => told(write(caller, (call) => submitSession(call, id, { outcome }))),
    close: () => store.close(),
  }
}
