import { SESSION_STATUSES } from '../../model/resources.js'
import type { ReadCall, WriteCall } from '../operations/call.js'
import { listDeployments, retrieveDeployment } from '../operations/deployments.js'
import {
  archiveFlow,
  createFlow,
  listFlows,
  listFlowVersions,
  restoreFlow,
  retrieveFlow,
  updateFlow,
  updateStaticLink,
} from '../operations/flows.js'
import { createSession, listSessions, retrieveSession } from '../operations/sessions.js'
import { DOCUMENT_OPTIONS, FLOW_BODY } from './flow-shapes.js'
import { type Shapes, shaped } from './shape.js'

/** Already in the kinds that the shapes name; the operations' own types say which. */
// biome-ignore lint/suspicious/noExplicitAny: the shapes of a route are what makes its parameters fit the operation.
type Params = Readonly<Record<string, any>>

/** One path and method: which parameters it takes, and which operation it is. */
interface Route<Call, Result> {
  readonly url: string
  readonly shapes: Shapes
  /** Members of the answer that `expand[]` may name. */
  readonly expandable: readonly string[]
  readonly isList: boolean
  run(call: Call, params: Params, id: string): Promise<Result>
}

export type ReadRoute = Route<ReadCall, unknown>
export type WriteRoute = Route<WriteCall, { readonly id: string }>

const PAGE: Shapes = { limit: 'integer', starting_after: 'name', ending_before: 'name', created: 'times' }
const EXPECTED: Shapes = { expected_version: 'integer' }
const OF_SESSION = ['last_verification_report', 'verified_outputs']

const SESSION_FILTERS: Shapes = {
  verification_flow: 'name',
  client_reference_id: 'name',
  related_customer: 'name',
  status: { oneOf: SESSION_STATUSES },
}
const FLOW: Shapes = { ...FLOW_BODY, key: 'name', project: 'text' }
const SESSION: Shapes = {
  verification_flow: 'name',
  type: 'name',
  options: { members: { document: { members: DOCUMENT_OPTIONS } } },
  client_reference_id: 'text',
  metadata: 'labels',
  provided_details: { members: { email: 'text', phone: 'text' } },
  related_customer: 'text',
  related_customer_account: 'text',
  related_person: { members: { account: 'text', person: 'text' } },
  return_url: 'text',
}

const flows = '/v1/identity/verification_flows'
const sessions = '/v1/identity/verification_sessions'
const deployments = '/v2/identity/flow_deployments'

export const V1_READS: readonly ReadRoute[] = [
  list(flows, { key: 'name', project: 'name', status: { oneOf: ['active', 'archived'] } }, (call, params) =>
    listFlows(call, params),
  ),
  read(`${flows}/:id`, retrieveFlow),
  list(`${flows}/:id/versions`, {}, (call, params, id) => listFlowVersions(call, id, params)),
  list(sessions, SESSION_FILTERS, (call, params) => listSessions(call, params), OF_SESSION),
  read(`${sessions}/:id`, retrieveSession, OF_SESSION),
]

export const V1_WRITES: readonly WriteRoute[] = [
  write(flows, FLOW, (call, params) => createFlow(call, params)),
  write(`${flows}/:id`, { ...FLOW, ...EXPECTED }, (call, params, id) => updateFlow(call, id, params)),
  write(`${flows}/:id/archive`, EXPECTED, (call, params, id) => archiveFlow(call, id, params)),
  write(`${flows}/:id/restore`, EXPECTED, (call, params, id) => restoreFlow(call, id, params)),
  write(`${flows}/:id/static_link`, { ...EXPECTED, active: 'boolean', rotate: 'boolean' }, (call, params, id) =>
    updateStaticLink(call, id, params),
  ),
  write(sessions, SESSION, (call, params) => createSession(call, params), OF_SESSION),
]

export const V2_READS: readonly ReadRoute[] = [
  list(deployments, { project: 'name' }, (call, params) => listDeployments(call, params)),
  read(`${deployments}/:id`, retrieveDeployment),
]

/** The parameters of a request in the types of its operation. */
export function paramsOf({ shapes }: { readonly shapes: Shapes }, values: Readonly<Record<string, unknown>>) {
  const { expand, ...params } = shaped<Params>(values, { ...shapes, expand: { listOf: 'text' } })
  return { params, expand: expand as readonly string[] | null | undefined }
}

function read(
  url: string,
  run: (call: ReadCall, id: string) => Promise<unknown>,
  expandable: readonly string[] = [],
): ReadRoute {
  return { url, shapes: {}, expandable, isList: false, run: (call, _params, id) => run(call, id) }
}

function list(url: string, shapes: Shapes, run: ReadRoute['run'], expandable: readonly string[] = []): ReadRoute {
  return { url, shapes: { ...PAGE, ...shapes }, expandable, isList: true, run }
}

function write(url: string, shapes: Shapes, run: WriteRoute['run'], expandable: readonly string[] = []): WriteRoute {
  return { url, shapes, expandable, isList: false, run }
}
