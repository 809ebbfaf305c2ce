import { ApiError } from '../../service/api-error.js'
import { service } from '../../service/operations/call.js'
import { deploy } from '../../service/operations/deployments.js'
import { flowState } from '../../service/operations/flow-state.js'
import { listFlows, retrieveFlow } from '../../service/operations/flows.js'
import { createSession, listSessions, retrieveSession } from '../../service/operations/sessions.js'
import { openSqliteStore } from '../../store/sqlite/open.js'
import { StoreError } from '../../store/store-error.js'
import { type Remote, RemoteError, type RemoteReader, type RemoteWriter } from '../remote.js'

export interface EmbeddedOptions {
  readonly file: string
  /** Who writes, for the record. */
  readonly actor: string | null
  /** Unix seconds. */
  readonly now?: () => number
}

/** The flows API in this process, over the embedded store; always test mode. No port, no daemon. */
export function embedded({ file, actor, now }: EmbeddedOptions): Remote {
  const caller = { livemode: false, actor }
  return {
    label: `embedded store ${file}`,

    async reader(): Promise<RemoteReader> {
      const store = await told(openSqliteStore({ file, readOnly: true }))
      const { read } = service({ store, now })
      return {
        observe: (project, known) => told(read(caller, (call) => flowState(call, project, known))),
        listFlows: (query) => told(read(caller, (call) => listFlows(call, query))),
        retrieveFlow: (idOrKey) => told(read(caller, (call) => retrieveFlow(call, idOrKey))),
        listSessions: (query) => told(read(caller, (call) => listSessions(call, query))),
        retrieveSession: (id) => told(read(caller, (call) => retrieveSession(call, id))),
        close: () => store.close(),
      }
    },

    async writer(): Promise<RemoteWriter> {
      const store = await told(openSqliteStore({ file }))
      const { write } = service({ store, now })
      return {
        deploy: (request) => told(write(caller, (call) => deploy(call, request))),
        createSession: (params) => told(write(caller, (call) => createSession(call, params))),
        close: () => store.close(),
      }
    },
  }
}

/** What failed, in the words of the port. Anything else is a fault of this program and goes on as it is. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof StoreError)
      throw new RemoteError('unreachable', error.message, { code: error.code, cause: error })
    if (error instanceof ApiError) throw toRemoteError(error)
    throw error
  }
}

function toRemoteError({ message, status, body: { code, param, stale } }: ApiError): RemoteError {
  const kind = code === 'flow_version_conflict' ? 'stale' : status === 404 ? 'not_found' : 'invalid'
  return new RemoteError(kind, message, {
    ...(code !== undefined && { code }),
    ...(param !== undefined && { param }),
    ...(stale !== undefined && { stale }),
  })
}
