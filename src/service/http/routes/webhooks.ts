import { DELIVERY_STATUSES } from '../../../store/webhooks.js'
import { listDeliveries, resendDelivery, retrieveDelivery } from '../../operations/webhooks/deliveries.js'
import {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  listWebhookEndpoints,
  retrieveWebhookEndpoint,
  updateWebhookEndpoint,
} from '../../operations/webhooks/webhook-endpoints.js'
import type { Shapes } from '../requests/shape.js'
import { type AnyRoute, list, PAGE, read, remove, write } from './route.js'

const url = '/v1/webhook_endpoints'
const deliveries = '/v1/webhook_deliveries'
const READ = { scope: 'webhooks:read', answers: 'webhook_endpoint' } as const
const WRITE = { scope: 'webhooks:write', answers: 'webhook_endpoint' } as const
const READ_DELIVERY = { scope: 'webhooks:read', answers: 'webhook_delivery' } as const

const ENDPOINT: Shapes = {
  url: 'name',
  enabled_events: { listOf: 'text' },
  description: 'text',
  metadata: 'labels',
}
const { created: _, ...CURSORS } = PAGE

export const WEBHOOK_ROUTES: readonly AnyRoute[] = [
  // As at Stripe it takes no times: there are 16 at most.
  {
    ...list(url, { ...READ, summary: 'List webhook endpoints' }, {}, (call, params) =>
      listWebhookEndpoints(call, params),
    ),
    shapes: CURSORS,
  },
  read(`${url}/:webhook_endpoint`, { ...READ, summary: 'Retrieve a webhook endpoint' }, retrieveWebhookEndpoint),
  {
    ...write(
      url,
      { ...WRITE, summary: 'Create a webhook endpoint' },
      { ...ENDPOINT, api_version: 'name', connect: 'boolean' },
      (call, params) => createWebhookEndpoint(call, params),
    ),
    shownToMaker: ['secret'],
  },
  write(
    `${url}/:webhook_endpoint`,
    { ...WRITE, summary: 'Update a webhook endpoint' },
    { ...ENDPOINT, disabled: 'boolean' },
    (call, params, id) => updateWebhookEndpoint(call, id, params),
  ),
  remove(`${url}/:webhook_endpoint`, { ...WRITE, summary: 'Delete a webhook endpoint' }, (call, _params, id) =>
    deleteWebhookEndpoint(call, id),
  ),
  list(
    deliveries,
    { ...READ_DELIVERY, summary: 'List webhook deliveries' },
    { event: 'name', webhook_endpoint: 'name', status: { oneOf: DELIVERY_STATUSES } },
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
