import { service } from '../../service/operations/call.js'
import { listDeployments, retrieveDeployment } from '../../service/operations/deployments.js'
import { flowState } from '../../service/operations/flow-state.js'
import { listFlows, retrieveFlow } from '../../service/operations/flows.js'
import { listSessions, retrieveSession } from '../../service/operations/sessions.js'
import { openSqliteStore } from '../../store/sqlite/open.js'
import type { RemoteReader } from '../remote.js'
import type { EmbeddedOptions } from './options.js'
import { told } from './told.js'

/** Opens the store for reading: what is not there is not made. */
export async function embeddedReader({ file, actor, now }: EmbeddedOptions): Promise<RemoteReader> {
  const caller = { livemode: false, actor }
  const store = await told(openSqliteStore({ file, readOnly: true }))
  const { read } = service({ store, now })
  return {
    observe: (project, known) => told(read(caller, (call) => flowState(call, project, known))),
    listFlows: (query) => told(read(caller, (call) => listFlows(call, query))),
    retrieveFlow: (idOrKey) => told(read(caller, (call) => retrieveFlow(call, idOrKey))),
    listDeployments: (query) => told(read(caller, (call) => listDeployments(call, query))),
    retrieveDeployment: (id) => told(read(caller, (call) => retrieveDeployment(call, id))),
    listSessions: (query) => told(read(caller, (call) => listSessions(call, query))),
    retrieveSession: (id) => told(read(caller, (call) => retrieveSession(call, id))),
    close: () => store.close(),
  }
}
