import type { ListObject, VerificationFlow, VerificationSession } from '../../model/resources.js'
import type { ObservedState } from '../../model/state.js'
import type { RemoteReader } from '../remote.js'
import { unreachable } from './failure.js'
import type { ReadTransport } from './transport.js'

/** Reads the flows API. What it is handed has no way to write. */
export function httpReader(transport: ReadTransport, origin: string): RemoteReader {
  const get = async <T>(path: string): Promise<T> => {
    const answer = await transport.get(path)
    if (answer.status === 'not_modified') throw unreachable(origin, 'answered "not modified" without having been asked')
    return answer.body as T
  }
  return {
    async observe(project, known) {
      const answer = await transport.get(`/v2/identity/flow_state${queryOf({ project })}`, known)
      if (answer.status === 'not_modified') return answer
      const state = answer.body as ObservedState
      if (answer.etag === null || !Array.isArray(state.flows) || typeof state.livemode !== 'boolean') {
        throw unreachable(origin, 'answers with something that is no state of flows: is the address right?')
      }
      return { status: 'modified', etag: answer.etag, state }
    },
    listFlows: (query) => get<ListObject<VerificationFlow>>(`/v1/identity/verification_flows${queryOf(query)}`),
    retrieveFlow: (id) => get<VerificationFlow>(`/v1/identity/verification_flows/${encodeURIComponent(id)}`),
    listSessions: (query) =>
      get<ListObject<VerificationSession>>(`/v1/identity/verification_sessions${queryOf(query)}`),
    retrieveSession: (id) => get<VerificationSession>(`/v1/identity/verification_sessions/${encodeURIComponent(id)}`),
    close: async () => {},
  }
}

function queryOf(values: object = {}): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()
  return query === '' ? '' : `?${query}`
}
