import type { Deployment } from '../../model/deployment.js'
import type { ListObject, VerificationFlow, VerificationSession } from '../../model/resources.js'
import type { FlowDeploymentSummary } from '../../model/schema-types.js'
import type { ObservedState } from '../../model/state.js'
import type { RemoteReader } from '../remote.js'
import { bodyOf, type Sent, silent, strange } from './failure.js'
import { isDeployment, isDeploymentSummary, isFlow, isListOf, isSession, isState } from './shapes.js'
import type { ReadTransport } from './transport.js'

/** Reads the flows API. What it is handed has no way to write. */
export function httpReader(transport: ReadTransport, sent: Sent): RemoteReader {
  const get = async <T>(path: string, shape: (value: unknown) => boolean): Promise<T> =>
    bodyOf<T>(sent, await transport.get(path), shape)
  return {
    async observe(project, known) {
      const received = await transport.get(`/v2/identity/flow_state${queryOf({ project })}`, known)
      if ('fault' in received) throw silent(sent, received.fault)
      if (received.status === 304 && known !== undefined) return { status: 'not_modified' }
      const state = bodyOf<ObservedState>(sent, received, isState)
      const etag = received.headers.get('etag')
      if (etag === null) throw strange(sent, received)
      return { status: 'modified', etag, state }
    },
    listFlows: (query) =>
      get<ListObject<VerificationFlow>>(`/v1/identity/verification_flows${queryOf(query)}`, isListOf(isFlow)),
    retrieveFlow: (id) => get<VerificationFlow>(`/v1/identity/verification_flows/${encodeURIComponent(id)}`, isFlow),
    listDeployments: (query) =>
      get<ListObject<FlowDeploymentSummary>>(
        `/v2/identity/flow_deployments${queryOf(query)}`,
        isListOf(isDeploymentSummary),
      ),
    retrieveDeployment: (id) =>
      get<Deployment>(`/v2/identity/flow_deployments/${encodeURIComponent(id)}`, isDeployment),
    listSessions: (query) =>
      get<ListObject<VerificationSession>>(`/v1/identity/verification_sessions${queryOf(query)}`, isListOf(isSession)),
    retrieveSession: (id) =>
      get<VerificationSession>(`/v1/identity/verification_sessions/${encodeURIComponent(id)}`, isSession),
    close: async () => {},
  }
}

function queryOf(values: object = {}): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()
  return query === '' ? '' : `?${query}`
}
