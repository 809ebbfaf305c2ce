import { SESSION_STATUSES } from '../../model/resources.js'
import { SESSION_EXPANDABLE } from '../operations/calls/expand.js'
import { submitSession } from '../operations/sessions/attempts.js'
import { redactSession } from '../operations/sessions/redaction.js'
import { LONGEST_REASON, REVIEWED_STATUSES, reviewSession } from '../operations/sessions/review/review-session.js'
import { LONGEST_TEXT } from '../operations/sessions/session-params.js'
import {
  cancelSession,
  createSession,
  LAST_VERSION,
  listSessions,
  retrieveSession,
  updateSession,
} from '../operations/sessions/sessions.js'
import { choice, extension, integer, members, name, only, type Params, published, text } from './param.js'
import { type AnyRoute, list, PAGE, read, write } from './route.js'

const url = '/v1/identity/verification_sessions'
const SESSION = {
  answers: 'verification_session',
  expandable: SESSION_EXPANDABLE,
  isStripes: true,
  keepsBinding: true,
} as const
const READ = { ...SESSION, scope: 'sessions:read' } as const
const WRITE = { ...SESSION, scope: 'sessions:write' } as const

const LIMIT = { maxLength: LONGEST_TEXT }

const FILTERS = {
  verification_flow: extension(name('Id or key of a flow.')),
  verification_flow_version: extension(
    integer('A version of that flow; needs verification_flow.', { minimum: 1, maximum: LAST_VERSION }),
  ),
  client_reference_id: name('Your own name for the person.'),
  related_customer: name('Id of a customer.'),
  related_customer_account: name('Id of an account that stands for a customer.'),
  status: choice('Only objects with this status.', SESSION_STATUSES),
}

/** What can be changed later. */
const CHANGEABLE = {
  type: published('flow.schema.json#/$defs/body/properties/type', {
    isName: true,
    description: 'What is checked; needed unless verification_flow is given.',
  }),
  options: only(
    published('flow.schema.json#/$defs/body/properties/options', {
      description: 'The checks; not together with verification_flow.',
    }),
    ['document'],
  ),
  metadata: published('flow.schema.json#/$defs/body/properties/metadata'),
  provided_details: members('What you know of the person; may be shown to that person.', {
    email: text('Address of the person.', LIMIT),
    phone: text('Number of the person, in any spelling.', LIMIT),
  }),
} satisfies Params

const PARAMS = {
  ...CHANGEABLE,
  verification_flow: name('Id or key of the flow whose options are copied.'),
  client_reference_id: text('Your own name for the person.', LIMIT),
  related_customer: text('Id of a customer.', LIMIT),
  related_customer_account: text('Id of an account that stands for a customer.', LIMIT),
  related_person: members('The person of an account.', {
    account: text('Id of the account.', LIMIT),
    person: text('Id of the person.', LIMIT),
  }),
  return_url: text(
    "Where the person goes afterwards: https, an app's own scheme (myapp://done), http on localhost, and in test mode http on private networks.",
    LIMIT,
  ),
}

export const SESSION_ROUTES: readonly AnyRoute[] = [
  list(url, { ...READ, summary: 'List verification sessions' }, { ...PAGE, ...FILTERS }, (call, params, _id, expand) =>
    listSessions(call, params, expand),
  ),
  read(`${url}/:session`, { ...READ, summary: 'Retrieve a verification session', ofOneSession: true }, retrieveSession),
  write(
    url,
    { ...WRITE, summary: 'Create a verification session', tellsAtOnce: true },
    PARAMS,
    (call, params, _id, expand) => createSession(call, params, expand),
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
    `${url}/:session/review`,
    { ...WRITE, summary: 'Override the result of a verification session', isStripes: false },
    {
      status: choice('What the result is from now on. It takes the scope reports:read too.', REVIEWED_STATUSES),
      reason: text('Why. Kept with the name of the key; never in the session or its events.', {
        maxLength: LONGEST_REASON,
      }),
    },
    (call, params, id, expand) => reviewSession(call, id, params, expand),
  ),
  write(
    '/v1/test_helpers/identity/verification_sessions/:session/submit',
    {
      ...WRITE,
      summary: 'Submit a verification session with a chosen outcome',
      testOnly: true,
      isStripes: false,
    },
    {
      outcome: name('What the attempt comes to: verified, or the code of an error that the checks can end with.'),
    },
    (call, params, id, expand) => submitSession(call, id, params, expand),
  ),
]
