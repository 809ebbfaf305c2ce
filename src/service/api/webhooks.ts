import { DELIVERY_STATUSES } from '../../store/webhooks.js'
import { LONGEST_TEXT } from '../operations/sessions/session-params.js'
import { listDeliveries, resendDelivery, retrieveDelivery } from '../operations/webhooks/deliveries.js'
import {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  listWebhookEndpoints,
  MOST_EVENTS,
  retrieveWebhookEndpoint,
  updateWebhookEndpoint,
} from '../operations/webhooks/webhook-endpoints.js'
import { LONGEST_URL } from '../operations/webhooks/webhook-targets.js'
import { choice, flag, name, published, requiring, text, texts } from './param.js'
import { type AnyRoute, CURSORS, list, PAGE, read, remove, write } from './route.js'

const url = '/v1/webhook_endpoints'
const deliveries = '/v1/webhook_deliveries'
const READ = { scope: 'webhooks:read', answers: 'webhook_endpoint', isStripes: true } as const
const WRITE = { scope: 'webhooks:write', answers: 'webhook_endpoint', isStripes: true } as const
const READ_DELIVERY = { scope: 'webhooks:read', answers: 'webhook_delivery' } as const

const ENDPOINT = {
  url: name('Where events are sent to: https, and a public address.', { maxLength: LONGEST_URL }),
  enabled_events: texts(
    "Types of events; * for all of Stripe's that need not be named, verification_flows.* for all of this service.",
    { minItems: 1, maxItems: MOST_EVENTS },
  ),
  description: text('For colleagues.', { maxLength: LONGEST_TEXT }),
  metadata: published('flow.schema.json#/$defs/body/properties/metadata'),
}

export const WEBHOOK_ROUTES: readonly AnyRoute[] = [
  // As at Stripe there is no filter by time: a mode has at most 16 endpoints.
  list(url, { ...READ, summary: 'List webhook endpoints' }, CURSORS, (call, params) =>
    listWebhookEndpoints(call, params),
  ),
  read(`${url}/:webhook_endpoint`, { ...READ, summary: 'Retrieve a webhook endpoint' }, retrieveWebhookEndpoint),
  write(
    url,
    { ...WRITE, summary: 'Create a webhook endpoint', shownToMaker: ['secret'] },
    {
      ...requiring(ENDPOINT, ['url', 'enabled_events']),
      api_version: name(
        "The version of Stripe's API that events name where they are sent to this endpoint; by default that of the service.",
      ),
      connect: flag('Only false: there are no connected accounts.'),
    },
    (call, params) => createWebhookEndpoint(call, params),
  ),
  write(
    `${url}/:webhook_endpoint`,
    { ...WRITE, summary: 'Update a webhook endpoint' },
    { ...ENDPOINT, disabled: flag('Whether to send nothing more; gives up what is pending.') },
    (call, params, id) => updateWebhookEndpoint(call, id, params),
  ),
  remove(`${url}/:webhook_endpoint`, { ...WRITE, summary: 'Delete a webhook endpoint' }, deleteWebhookEndpoint),
  list(
    deliveries,
    { ...READ_DELIVERY, summary: 'List webhook deliveries' },
    {
      ...PAGE,
      event: name('Id of an event.'),
      webhook_endpoint: name('Id of a webhook endpoint.'),
      status: choice('Only objects with this status.', DELIVERY_STATUSES),
    },
    (call, params) => listDeliveries(call, params),
  ),
  read(
    `${deliveries}/:webhook_delivery`,
    { ...READ_DELIVERY, summary: 'Retrieve a webhook delivery' },
    retrieveDelivery,
  ),
  write(
    `${deliveries}/:webhook_delivery/resend`,
    { scope: 'webhooks:write', answers: 'webhook_delivery', summary: 'Send a webhook delivery again, at once' },
    {},
    (call, _params, id) => resendDelivery(call, id),
  ),
]
