import { service } from '../../service/operations/calls/call.js'
import { localUser } from '../../service/operations/calls/principal.js'
import {
  deploymentFlows,
  listDeployments,
  retrieveDeployment,
} from '../../service/operations/deployments/deployments.js'
import { flowState } from '../../service/operations/flows/flow-state.js'
import { listFlowVersions } from '../../service/operations/flows/flow-versions.js'
import { listFlows, retrieveFlow } from '../../service/operations/flows/flows.js'
import { listKeys } from '../../service/operations/keys/keys.js'
import { listSessions, retrieveSession } from '../../service/operations/sessions/sessions.js'
import { openSqliteStore } from '../../store/sqlite/open.js'
import type { RemoteReader } from '../remote.js'
import type { EmbeddedOptions } from './options.js'
import { told } from './told.js'

/** Opens the store for reading; never creates anything. */
export async function embeddedReader({ file, actor, driverFrom, now }: EmbeddedOptions): Promise<RemoteReader> {
  const caller = { livemode: false, principal: localUser(actor) }
  const store = await told(openSqliteStore({ file, driverFrom, readOnly: true }))
  const { read } = service({ store, now })
  return {
    state: (project) =>
      told(
        read(caller, async (call) => {
          const answer = await flowState(call, project)
          if (answer.status === 'modified') return answer.state
          throw new Error('"not modified" was answered to an unconditional request')
        }),
      ),
    observe: (project, known, held) => told(read(caller, (call) => flowState(call, project, { known, held }))),
    listFlows: (query) => told(read(caller, (call) => listFlows(call, query))),
    retrieveFlow: (idOrKey) => told(read(caller, (call) => retrieveFlow(call, idOrKey))),
    listFlowVersions: (idOrKey, query) => told(read(caller, (call) => listFlowVersions(call, idOrKey, query))),
    listDeployments: (query) => told(read(caller, (call) => listDeployments(call, query))),
    retrieveDeployment: (id) => told(read(caller, (call) => retrieveDeployment(call, id))),
    deploymentFlows: (id) => told(read(caller, async (call) => (await deploymentFlows(call, id)).data)),
    listSessions: (query) => told(read(caller, (call) => listSessions(call, query))),
    retrieveSession: (id) => told(read(caller, (call) => retrieveSession(call, id))),
    listKeys: (query) => told(read(caller, (call) => listKeys(call, query))),
    currentKey: async () => null,
    close: () => store.close(),
  }
}
