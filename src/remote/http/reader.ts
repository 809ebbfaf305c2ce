import type { Deployment } from '../../model/deployment.js'
import type { ApiKey, FlowVersion, ListObject, VerificationFlow, VerificationSession } from '../../model/resources.js'
import type { DeployedFlow, FlowDeploymentSummary } from '../../model/schema-types.js'
import type { ObservedState } from '../../model/state.js'
import type { RemoteReader } from '../remote.js'
import { bodyOf, type Sent, silent, strange } from './failure.js'
import {
  isApiKey,
  isDeployedFlow,
  isDeployment,
  isDeploymentSummary,
  isFlow,
  isFlowVersion,
  isList,
  isSession,
  isShownKey,
  isState,
} from './generated/answers.js'
import type { ReadTransport } from './transport.js'

const FLOWS = '/v1/identity/verification_flows'
const DEPLOYMENTS = '/v2/identity/flow_deployments'

/** Reads the flows API. Its transport cannot write. */
export function httpReader(transport: ReadTransport, sent: Sent): RemoteReader {
  const get = async <T>(path: string, shape: (value: unknown) => boolean): Promise<T> =>
    bodyOf<T>(sent, await transport.get(path), shape)
  const statePath = (project: string) => `/v2/identity/flow_state${queryOf({ project })}`
  return {
    state: (project) => get<ObservedState>(statePath(project), isState),
    async observe(project, known) {
      const received = await transport.get(statePath(project), known)
      if ('fault' in received) throw silent(sent, received.fault)
      if (received.status === 304 && known !== undefined) return { status: 'not_modified' }
      const state = bodyOf<ObservedState>(sent, received, isState)
      const etag = received.headers.get('etag')
      if (etag === null) throw strange(sent, received)
      return { status: 'modified', etag, state }
    },
    listFlows: (query) => get<ListObject<VerificationFlow>>(`${FLOWS}${queryOf(query)}`, isListOf(isFlow)),
    retrieveFlow: (id) => get<VerificationFlow>(`${FLOWS}/${encodeURIComponent(id)}`, isFlow),
    listFlowVersions: (id, query) =>
      get<ListObject<FlowVersion>>(
        `${FLOWS}/${encodeURIComponent(id)}/versions${queryOf(query)}`,
        isListOf(isFlowVersion),
      ),
    listDeployments: (query) =>
      get<ListObject<FlowDeploymentSummary>>(`${DEPLOYMENTS}${queryOf(query)}`, isListOf(isDeploymentSummary)),
    retrieveDeployment: (id) => get<Deployment>(`${DEPLOYMENTS}/${encodeURIComponent(id)}`, isDeployment),
    deploymentFlows: async (id) => {
      const path = `${DEPLOYMENTS}/${encodeURIComponent(id)}/flows`
      return (await get<ListObject<DeployedFlow>>(path, isListOf(isDeployedFlow))).data
    },
    listSessions: (query) =>
      get<ListObject<VerificationSession>>(`/v1/identity/verification_sessions${queryOf(query)}`, isListOf(isSession)),
    retrieveSession: (id) =>
      get<VerificationSession>(`/v1/identity/verification_sessions/${encodeURIComponent(id)}`, isSession),
    listKeys: (query) => get<ListObject<ApiKey>>(`/v1/api_keys${queryOf(query)}`, isListOf(isShownKey)),
    currentKey: () => get<ApiKey>('/v1/api_keys/current', isApiKey),
    close: async () => {},
  }
}

function queryOf(values: object = {}): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()
  return query === '' ? '' : `?${query}`
}

const isListOf = (item: (value: unknown) => boolean) => (value: unknown) =>
  isList(value) && (value as ListObject<unknown>).data.every(item)
