import { ApiError } from '../../../api-error.js'
import { DELIVERY_STATUSES, endpointPage } from '../../../dashboard/webhooks/endpoint-page.js'
import { endpointsPage } from '../../../dashboard/webhooks/endpoints-page.js'
import { listDeliveries, resendDelivery } from '../../../operations/webhooks/deliveries.js'
import {
  listWebhookEndpoints,
  retrieveWebhookEndpoint,
  updateWebhookEndpoint,
} from '../../../operations/webhooks/webhook-endpoints.js'
import { type FormRow, text } from '../rows/form-row.js'
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
]

/** What the form of an endpoint does, by name: whether the endpoint is off afterwards. */
const SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ['enable', false],
  ['disable', true],
])

export const WEBHOOKS_FORMS: readonly FormRow[] = [
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
