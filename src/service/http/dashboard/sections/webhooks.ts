import { ApiError } from '../../../api-error.js'
import { secretPage } from '../../../dashboard/parts/secret-page.js'
import { type EndpointTyped, endpointForm } from '../../../dashboard/webhooks/endpoint-form.js'
import { DELIVERY_STATUSES, endpointPage } from '../../../dashboard/webhooks/endpoint-page.js'
import { endpointsPage } from '../../../dashboard/webhooks/endpoints-page.js'
import { listDeliveries, resendDelivery } from '../../../operations/webhooks/deliveries.js'
import {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  listWebhookEndpoints,
  retrieveWebhookEndpoint,
  updateWebhookEndpoint,
} from '../../../operations/webhooks/webhook-endpoints.js'
import { type Fields, type FormRow, lines, refuseUnsure, text } from '../rows/form-row.js'
import { atOnce, nameOf, type PageRow } from '../rows/page-row.js'
import { pagingOf, placeOf } from '../rows/paging.js'

export const WEBHOOKS_PAGES: readonly PageRow[] = [
  {
    path: '/webhooks',
    needs: { scope: 'webhooks:read' },
    show: atOnce(async (call, asked, frame) => {
      const list = await listWebhookEndpoints(call, placeOf(asked))
      return endpointsPage(frame, { endpoints: list.data, paging: pagingOf(asked, list) })
    }),
  },
  {
    path: '/webhooks/:endpoint',
    needs: { scope: 'webhooks:read' },
    show: atOnce(async (call, asked, frame) => {
      const endpoint = await retrieveWebhookEndpoint(call, nameOf(asked.names, 'endpoint'))
      const status = DELIVERY_STATUSES.find((one) => one === asked.query.status)
      const filter = { webhook_endpoint: endpoint.id, ...(status !== undefined && { status }) }
      const list = await listDeliveries(call, { ...placeOf(asked), ...filter })
      const paging = pagingOf(asked, list)
      return endpointPage(frame, { endpoint, deliveries: list.data, paging, status: status ?? '' })
    }),
  },
  {
    path: '/new-endpoint',
    needs: { scope: 'webhooks:write' },
    isGrave: true,
    show: async (_read, _asked, frame) => endpointForm(frame, { endpoint: null, typed: typedIn({}), fault: null }),
  },
  {
    path: '/webhooks/:endpoint/edit',
    needs: { scope: 'webhooks:write' },
    isGrave: true,
    show: atOnce(async (call, { names }, frame) => {
      const endpoint = await retrieveWebhookEndpoint(call, nameOf(names, 'endpoint'))
      const { url, enabled_events, description } = endpoint
      const typed = { url, events: enabled_events.join('\n'), description: description ?? '' }
      return endpointForm(frame, { endpoint, typed, fault: null })
    }),
  },
]

function typedIn(fields: Fields): EndpointTyped {
  return { url: text(fields.url), events: text(fields.events), description: text(fields.description) }
}

/** What the form says, as the operations take it. */
function paramsIn(fields: Fields) {
  const { url, events, description } = typedIn(fields)
  return { url: url.trim(), enabled_events: lines(events), description: description.trim() || null }
}

/** What the form of an endpoint does, by name: whether the endpoint is off afterwards. */
const SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ['enable', false],
  ['disable', true],
])

export const WEBHOOKS_FORMS: readonly FormRow[] = [
  {
    path: '/new-endpoint',
    needs: { scope: 'webhooks:write' },
    isGrave: true,
    async act(write, _names, fields, { frame }) {
      const { url, secret = '' } = await write((call) => createWebhookEndpoint(call, paramsIn(fields)))
      const use = 'Receivers check the signature of each webhook with it.'
      return secretPage(frame, { title: 'The endpoint was created', within: 'webhooks', name: url, secret, use })
    },
    again: async (_call, _names, fields, frame, fault) =>
      endpointForm(frame, { endpoint: null, typed: typedIn(fields), fault }),
  },
  {
    path: '/webhooks/:endpoint/edit',
    needs: { scope: 'webhooks:write' },
    isGrave: true,
    async act(write, { endpoint = '' }, fields) {
      await write((call) => updateWebhookEndpoint(call, endpoint, paramsIn(fields)))
      return { to: ['webhooks', endpoint], notice: 'endpoint_saved' }
    },
    again: async (call, { endpoint = '' }, fields, frame, fault) =>
      endpointForm(frame, { endpoint: await retrieveWebhookEndpoint(call, endpoint), typed: typedIn(fields), fault }),
  },
  {
    path: '/webhooks/:endpoint/delete',
    needs: { scope: 'webhooks:write' },
    isGrave: true,
    async act(write, { endpoint = '' }, fields) {
      refuseUnsure(fields)
      await write((call) => deleteWebhookEndpoint(call, endpoint))
      return { to: ['webhooks'], notice: 'endpoint_deleted' }
    },
  },
  {
    path: '/webhooks/:endpoint/switch',
    needs: { scope: 'webhooks:write' },
    async act(write, { endpoint = '' }, fields) {
      const disabled = SWITCHES.get(text(fields.do))
      if (disabled === undefined) throw new ApiError(400, { message: 'The form does not say what to do.' })
      await write((call) => updateWebhookEndpoint(call, endpoint, { disabled }))
      return { to: ['webhooks', endpoint], notice: disabled ? 'endpoint_disabled' : 'endpoint_enabled' }
    },
  },
  {
    path: '/webhooks/:endpoint/resend',
    needs: { scope: 'webhooks:write' },
    async act(write, { endpoint = '' }, fields) {
      await write((call) => resendDelivery(call, text(fields.delivery)))
      return { to: ['webhooks', endpoint], notice: 'resent' }
    },
  },
]
