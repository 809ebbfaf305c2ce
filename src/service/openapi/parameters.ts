import type { Resource } from '../http/routes/route.js'
import { DEFAULT_LIMIT, MOST } from '../operations/calls/list.js'
import { MOST_TYPES } from '../operations/events/events.js'
import { LONGEST_LIFE_IN_YEARS, LONGEST_NAME } from '../operations/keys/keys.js'
import { LONGEST_TEXT } from '../operations/sessions/session-params.js'
import { MOST_EVENTS } from '../operations/webhooks/webhook-endpoints.js'
import { LONGEST_URL } from '../operations/webhooks/webhook-targets.js'
import { inlined, type Schema } from './schemas.js'

/** What is known of parameters beyond their kinds, which the shapes say: what they mean, and their limits. */
export type Notes = Readonly<Record<string, Schema>>

const about = (description: string, limits: Schema = {}): Schema => ({ description, ...limits })
const flow = (member: string): Schema => inlined(`flow.schema.json#/properties/${member}`)
const key = (description: string): Schema => ({ ...inlined('flow.schema.json#/$defs/key'), description })

/** Of queries. What an operation only looks for has no limits: what is not there is not found. */
const COMMON_FILTERS: Notes = {
  limit: {
    description: `How many objects to answer, from 1 to ${MOST}.`,
    minimum: 1,
    maximum: MOST,
    default: DEFAULT_LIMIT,
  },
  starting_after: about('Id of the last object of the page before this one.'),
  ending_before: about('Id of the first object of the page after this one.'),
  created: about('When the objects were created, in unix seconds: one moment, or a range.'),
  client_reference_id: about('Your own name for the person.'),
  related_customer: about('Id of a customer.'),
  related_customer_account: about('Id of an account that stands for a customer.'),
  verification_session: about('Id of a session.'),
  verification_flow: about('Id or key of a flow.'),
  key: about("The flow's key."),
  event: about('Id of an event.'),
  webhook_endpoint: about('Id of an endpoint.'),
  project: about('The managing project.'),
  status: about('Only objects with this status.'),
  type: about('Only objects of this type.'),
}

const FILTERS: { readonly [Name in Resource]?: Notes } = {
  event: {
    type: about('Only events of this type, or group of types: identity.*'),
    types: about('Only events of these types.', { maxItems: MOST_TYPES }),
    delivery_success: about('Only events that every endpoint has got that wanted them, or only the others.'),
  },
  flow_deployment: {
    approved_digest: about('Only the deployment that applied the plan with this digest.'),
  },
  webhook_delivery: {
    event: about('Id of an event.'),
    webhook_endpoint: about('Id of a webhook endpoint.'),
  },
}

/** Of the bodies of requests. The limits of flows are those of definitions. */
const PARAMETERS: { readonly [Name in Resource]?: Notes } = {
  verification_flow: {
    ...Object.fromEntries(
      ['name', 'description', 'type', 'options', 'return_url', 'static_link', 'metadata', 'protected'].map((member) => [
        member,
        flow(member),
      ]),
    ),
    key: key("The flow's stable name inside its mode."),
    project: key('The managing project: takes over a flow that nobody manages, or, empty, lets it go.'),
    expected_version: about('The request is refused with 412 unless the flow still has this version.'),
    active: about('Whether the link works.'),
    rotate: about('Makes a new link; the old one is dead from then on.'),
  },
  verification_session: {
    verification_flow: about('Id or key of the flow whose options are copied.'),
    type: { ...flow('type'), description: 'What is checked; needed unless verification_flow is given.' },
    options: { ...flow('options'), description: 'The checks; not together with verification_flow.' },
    client_reference_id: about('Your own name for the person.', { maxLength: LONGEST_TEXT }),
    metadata: flow('metadata'),
    provided_details: about('What you know of the person; may be shown to that person.', {
      properties: {
        email: about('Address of the person.', { maxLength: LONGEST_TEXT }),
        phone: about('Number of the person, in any spelling.', { maxLength: LONGEST_TEXT }),
      },
    }),
    related_customer: about('Id of a customer.', { maxLength: LONGEST_TEXT }),
    related_customer_account: about('Id of an account that stands for a customer.', {
      maxLength: LONGEST_TEXT,
    }),
    related_person: about('The person of an account.', {
      properties: {
        account: about('Id of the account.', { maxLength: LONGEST_TEXT }),
        person: about('Id of the person.', { maxLength: LONGEST_TEXT }),
      },
    }),
    return_url: about(
      "Where the person goes afterwards: https, an app's own scheme (myapp://done), http on localhost, and in test mode http on private networks.",
      { maxLength: LONGEST_TEXT },
    ),
    outcome: about('What the attempt comes to: verified, or the code of an error that the checks can end with.'),
  },
  api_key: {
    name: about('For people, and the actor of what is done with the key.', { maxLength: LONGEST_NAME }),
    scopes: about('What the key may do. With scopes it is a restricted key, without a secret key, which may do all.'),
    expires: about(
      `From when on the key is refused, in unix seconds, at most ${LONGEST_LIFE_IN_YEARS} years from now; never unless given.`,
    ),
  },
  ephemeral_key: {
    verification_session: about('Id of the session that the key may read, for an hour.'),
  },
  webhook_endpoint: {
    url: about('Where events are sent to: https, and a public address.', { maxLength: LONGEST_URL }),
    enabled_events: about('Types of events; * for all that need not be named.', { minItems: 1, maxItems: MOST_EVENTS }),
    description: about('For colleagues.', { maxLength: LONGEST_TEXT }),
    metadata: flow('metadata'),
    api_version: about(
      "The version of Stripe's API that events name where they are sent to this endpoint; by default that of the service.",
    ),
    connect: about('Only false: there are no connected accounts.'),
    disabled: about('Whether to send nothing more; gives up what is pending.'),
  },
}

/** Parameters without which a request is refused. */
export const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  'POST /v1/identity/verification_flows': ['key', 'name', 'type'],
  'POST /v1/api_keys': ['name'],
  'POST /v1/webhook_endpoints': ['url', 'enabled_events'],
  'POST /v1/ephemeral_keys': ['verification_session'],
}

/** Parameters that Stripe does not have where it has the operation. */
export const EXTENDED: Readonly<Record<string, readonly string[]>> = {
  'GET /v1/identity/verification_sessions': ['verification_flow'],
}

/** The notes of a route's parameters. One without notes is described by its shape alone. */
export function notesOf({ method, answers }: { readonly method: string; readonly answers: Resource }): Notes {
  return (method === 'POST' ? PARAMETERS[answers] : { ...COMMON_FILTERS, ...FILTERS[answers] }) ?? {}
}
