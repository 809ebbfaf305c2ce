import { SESSION_STATUSES } from '../../../model/resources.js'
import { SESSION_EXPANDABLE } from '../../operations/calls/expand.js'
import { submitSession } from '../../operations/sessions/attempts.js'
import { redactSession } from '../../operations/sessions/redaction.js'
import {
  cancelSession,
  createSession,
  listSessions,
  retrieveSession,
  updateSession,
} from '../../operations/sessions/sessions.js'
import { DOCUMENT_OPTIONS } from '../requests/flow-shapes.js'
import type { Shapes } from '../requests/shape.js'
import { type AnyRoute, list, read, write } from './route.js'

const url = '/v1/identity/verification_sessions'
const SESSION = { answers: 'verification_session', expandable: SESSION_EXPANDABLE } as const
const READ = { ...SESSION, scope: 'sessions:read' } as const
const WRITE = { ...SESSION, scope: 'sessions:write' } as const

const FILTERS: Shapes = {
  verification_flow: 'name',
  client_reference_id: 'name',
  related_customer: 'name',
  related_customer_account: 'name',
  status: { oneOf: SESSION_STATUSES },
}
const CHANGEABLE: Shapes = {
  type: 'name',
  options: { members: { document: { members: DOCUMENT_OPTIONS } } },
  metadata: 'labels',
  provided_details: { members: { email: 'text', phone: 'text' } },
}
const PARAMS: Shapes = {
  ...CHANGEABLE,
  verification_flow: 'name',
  client_reference_id: 'text',
  related_customer: 'text',
  related_customer_account: 'text',
  related_person: { members: { account: 'text', person: 'text' } },
  return_url: 'text',
}

export const SESSION_ROUTES: readonly AnyRoute[] = [
  list(url, { ...READ, summary: 'List verification sessions' }, FILTERS, (call, params, _id, expand) =>
    listSessions(call, params, expand),
  ),
  {
    ...read(`${url}/:session`, { ...READ, summary: 'Retrieve a verification session' }, retrieveSession),
    ofOneSession: true,
  },
  write(url, { ...WRITE, summary: 'Create a verification session' }, PARAMS, (call, params, _id, expand) =>
    createSession(call, params, expand),
  ),
  write(
    `${url}/:session`,
    { ...WRITE, summary: 'Update a verification session' },
    CHANGEABLE,
    (call, params, id, expand) => updateSession(call, id, params, expand),
  ),
  write(
    `${url}/:session/cancel`,
    { ...WRITE, summary: 'Cancel a verification session' },
    {},
    (call, _params, id, expand) => cancelSession(call, id, expand),
  ),
  write(
    `${url}/:session/redact`,
    { ...WRITE, summary: 'Redact a verification session' },
    {},
    (call, _params, id, expand) => redactSession(call, id, expand),
  ),
  write(
    '/v1/test_helpers/identity/verification_sessions/:session/submit',
    { ...WRITE, summary: 'Submit a verification session with a chosen outcome', testOnly: true },
    { outcome: 'name' },
    (call, params, id, expand) => submitSession(call, id, params, expand),
  ),
]
