import { listFlowVersions } from '../../operations/flows/flow-versions.js'
import {
  archiveFlow,
  createFlow,
  listFlows,
  restoreFlow,
  retrieveFlow,
  updateFlow,
  updateStaticLink,
} from '../../operations/flows/flows.js'
import { FLOW_BODY } from '../requests/flow-shapes.js'
import type { Shapes } from '../requests/shape.js'
import { type AnyRoute, list, read, write } from './route.js'

const url = '/v1/identity/verification_flows'
const READ = { scope: 'flows:read', answers: 'verification_flow' } as const
const WRITE = { scope: 'flows:write', answers: 'verification_flow' } as const

const EXPECTED: Shapes = { expected_version: 'integer' }
const FLOW: Shapes = { ...FLOW_BODY, key: 'name', project: 'text' }

export const FLOW_ROUTES: readonly AnyRoute[] = [
  list(
    url,
    { ...READ, summary: 'List verification flows' },
    { key: 'name', project: 'name', status: { oneOf: ['active', 'archived'] } },
    (call, params) => listFlows(call, params),
  ),
  read(`${url}/:verification_flow`, { ...READ, summary: 'Retrieve a verification flow, by id or key' }, retrieveFlow),
  list(
    `${url}/:verification_flow/versions`,
    { ...READ, answers: 'verification_flow_version', summary: 'List the versions of a verification flow' },
    {},
    (call, params, id) => listFlowVersions(call, id, params),
  ),
  write(url, { ...WRITE, summary: 'Create a verification flow' }, FLOW, (call, params) => createFlow(call, params)),
  write(
    `${url}/:verification_flow`,
    { ...WRITE, summary: 'Update a verification flow' },
    { ...FLOW, ...EXPECTED },
    (call, params, id) => updateFlow(call, id, params),
  ),
  write(
    `${url}/:verification_flow/archive`,
    { ...WRITE, summary: 'Archive a verification flow' },
    EXPECTED,
    (call, params, id) => archiveFlow(call, id, params),
  ),
  write(
    `${url}/:verification_flow/restore`,
    { ...WRITE, summary: 'Restore a verification flow' },
    EXPECTED,
    (call, params, id) => restoreFlow(call, id, params),
  ),
  write(
    `${url}/:verification_flow/static_link`,
    { ...WRITE, summary: 'Activate, deactivate or rotate the static link of a verification flow' },
    { ...EXPECTED, active: 'boolean', rotate: 'boolean' },
    (call, params, id) => updateStaticLink(call, id, params),
  ),
]
