import { SESSION_STATUSES } from '../../../model/resources.js'
import { createSession, listSessions, retrieveSession } from '../../operations/sessions.js'
import { DOCUMENT_OPTIONS } from '../flow-shapes.js'
import type { Shapes } from '../shape.js'
import { type AnyRoute, list, read, write } from './route.js'

const url = '/v1/identity/verification_sessions'
const SESSION = {
  answers: 'verification_session',
  expandable: ['last_verification_report', 'verified_outputs'],
} as const
const READ = { ...SESSION, scope: 'sessions:read' } as const
const WRITE = { ...SESSION, scope: 'sessions:write' } as const

const FILTERS: Shapes = {
  verification_flow: 'name',
  client_reference_id: 'name',
  related_customer: 'name',
  status: { oneOf: SESSION_STATUSES },
}
const PARAMS: Shapes = {
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

export const SESSION_ROUTES: readonly AnyRoute[] = [
  list(url, { ...READ, summary: 'List verification sessions' }, FILTERS, (call, params) => listSessions(call, params)),
  read(`${url}/:id`, { ...READ, summary: 'Retrieve a verification session' }, retrieveSession),
  write(url, { ...WRITE, summary: 'Create a verification session' }, PARAMS, (call, params) =>
    createSession(call, params),
  ),
]
