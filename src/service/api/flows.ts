import { listFlowVersions } from '../operations/flows/flow-versions.js'
import {
  archiveFlow,
  createFlow,
  listFlows,
  restoreFlow,
  retrieveFlow,
  updateFlow,
  updateStaticLink,
} from '../operations/flows/flows.js'
import { probeFlow } from '../operations/flows/probe.js'
import { choice, flag, integer, name, type Params, published, requiring } from './param.js'
import { type AnyRoute, CURSORS, list, PAGE, read, write } from './route.js'

const url = '/v1/identity/verification_flows'
const READ = { scope: 'flows:read', answers: 'verification_flow', keepsBinding: true } as const
const WRITE = { scope: 'flows:write', answers: 'verification_flow', keepsBinding: true } as const

const KEY = 'flow.schema.json#/$defs/key'

const BODY = published('flow.schema.json#/$defs/body').members as Params

const EXPECTED = {
  expected_version: integer('The request is refused with 412 unless the flow still has this version.'),
}

const OR_KEY = 'With order=key also its key: a page then begins at the same place even if the flow was renamed since.'

/** Members and limits are those of definitions. */
const FLOW = {
  ...BODY,
  key: published(KEY, { isName: true, description: "The flow's stable name inside its mode." }),
  project: published(KEY, {
    description: 'The managing project: takes over a flow that nobody manages, or, empty, lets it go.',
  }),
}

export const FLOW_ROUTES: readonly AnyRoute[] = [
  list(
    url,
    { ...READ, summary: 'List verification flows' },
    {
      ...PAGE,
      starting_after: name(`${CURSORS.starting_after.schema.description} ${OR_KEY}`),
      ending_before: name(`${CURSORS.ending_before.schema.description} ${OR_KEY}`),
      key: name("The flow's key."),
      project: name('The managing project.'),
      status: choice('Only objects with this status.', ['active', 'archived']),
      order: choice('The order of the objects: by key. Without it, the newest come first.', ['key']),
    },
    (call, params) => listFlows(call, params),
  ),
  read(`${url}/:verification_flow`, { ...READ, summary: 'Retrieve a verification flow, by id or key' }, retrieveFlow),
  list(
    `${url}/:verification_flow/versions`,
    { ...READ, answers: 'verification_flow_version', summary: 'List the versions of a verification flow' },
    PAGE,
    (call, params, id) => listFlowVersions(call, id, params),
  ),
  write(
    url,
    { ...WRITE, summary: 'Create a verification flow' },
    requiring(FLOW, ['key', 'name', 'type']),
    (call, params) => createFlow(call, params),
  ),
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
    `${url}/:verification_flow/probe`,
    {
      ...WRITE,
      scope: 'sessions:write',
      answers: 'verification_flow_probe',
      summary:
        'Make a session from the flow at Stripe that a verification flow is bound to, see what it checks, and cancel it',
    },
    {},
    (call, _params, id) => probeFlow(call, id),
  ),
  write(
    `${url}/:verification_flow/static_link`,
    { ...WRITE, summary: 'Activate, deactivate or rotate the static link of a verification flow' },
    {
      ...EXPECTED,
      active: flag('Whether the link works.'),
      rotate: flag('Makes a new link; the old one is dead from then on.'),
    },
    (call, params, id) => updateStaticLink(call, id, params),
  ),
]
