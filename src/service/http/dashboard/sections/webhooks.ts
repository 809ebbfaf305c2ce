import { randomUUID } from 'node:crypto'
import type { WebhookEndpoint } from '../../../../model/resources.js'
import { ApiError } from '../../../api-error.js'
import { secretPage } from '../../../dashboard/keys/secret-page.js'
import { type EndpointTyped, endpointForm } from '../../../dashboard/webhooks/endpoint-form.js'
import { DELIVERY_STATUSES, endpointPage } from '../../../dashboard/webhooks/endpoint-page.js'
import { endpointsPage } from '../../../dashboard/webhooks/endpoints-page.js'
import type { WriteCall } from '../../../operations/calls/call.js'
import { oncePerForm } from '../../../operations/calls/once-per-form.js'
import { listDeliveries, resendDelivery } from '../../../operations/webhooks/deliveries.js'
import {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  listWebhookEndpoints,
  retrieveWebhookEndpoint,
  updateWebhookEndpoint,
} from '../../../operations/webhooks/webhook-endpoints.js'
import { choiceAsked, filterIn, NONE, narrowed } from '../rows/filters.js'
import { type Fields, type FormRow, refuseUnsure, text, words } from '../rows/form-row.js'
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
      const { status } = filterIn(asked, 'status')
      const { choice, faults } = choiceAsked(status, DELIVERY_STATUSES, 'a status of deliveries')
      const filter = { webhook_endpoint: endpoint.id, ...(choice !== undefined && { status: choice }) }
      const { list } = await narrowed(
        faults,
        {},
        {
          list: () => listDeliveries(call, { ...placeOf(asked), ...filter }),
          empty: NONE,
        },
      )
      const paging = pagingOf(asked, list)
      return endpointPage(frame, { endpoint, deliveries: list.data, paging, status, faults })
    }),
  },
  {
    path: '/new-endpoint',
    needs: { scope: 'webhooks:write' },
    isGrave: true,
    show: async (_read, _asked, frame) =>
      endpointForm(frame, { endpoint: null, typed: typedIn({ form: randomUUID() }), fault: null }),
  },
  {
    path: '/webhooks/:endpoint/edit',
    needs: { scope: 'webhooks:write' },
    isGrave: true,
    show: atOnce(async (call, { names }, frame) => {
      const endpoint = await retrieveWebhookEndpoint(call, nameOf(names, 'endpoint'))
      return endpointForm(frame, { endpoint, typed: shownIn(endpoint), fault: null })
    }),
  },
]

function typedIn(fields: Fields): EndpointTyped {
  return {
    form: text(fields.form),
    url: text(fields.url).trim(),
    events: words(text(fields.events)).join('\n'),
    description: text(fields.description).trim(),
  }
}

/** What the form was filled with when it was shown. */
function baseIn({ base }: Fields): EndpointTyped {
  return typedIn((typeof base === 'object' && base !== null ? base : {}) as Fields)
}

function shownIn({ url, enabled_events, description }: WebhookEndpoint): EndpointTyped {
  // As what is typed is read.
  return typedIn({ url, events: enabled_events.join(' '), description: description ?? '' })
}

const EDITED = ['url', 'events', 'description'] as const

/** The fields that the person changed. Somebody else may have changed others meanwhile: those are left as they are. */
function editedIn(fields: Fields): readonly (typeof EDITED)[number][] {
  const [typed, base] = [typedIn(fields), baseIn(fields)]
  return EDITED.filter((name) => typed[name] !== base[name])
}

/** What the form says, as the operations take it. */
function paramsIn({ url, events, description }: EndpointTyped) {
  return { url, enabled_events: words(events), description: description === '' ? null : description }
}

const TITLES = { url: 'address', events: 'types of events', description: 'description' } as const

/** Throws 400 if somebody else changed what this person changed, too. */
function refuseMoved(endpoint: WebhookEndpoint, fields: Fields): void {
  const [typed, base, now] = [typedIn(fields), baseIn(fields), shownIn(endpoint)]
  const moved = editedIn(fields).filter((name) => now[name] !== base[name] && now[name] !== typed[name])
  if (moved.length === 0) return
  const what = moved.map((name) => `the ${TITLES[name]}: now "${now[name].replaceAll('\n', ', ')}"`).join('; ')
  const message = `Somebody else changed ${what}. Nothing was saved. Save again if yours is right.`
  throw new ApiError(400, { message })
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
    isFilledIn: true,
    async act(write, _names, fields, { frame }) {
      const make = (call: WriteCall) => createWebhookEndpoint(call, paramsIn(typedIn(fields)))
      const { url, secret = '' } = await write((call) => oncePerForm(call, text(fields.form), make))
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
    isFilledIn: true,
    async act(write, { endpoint = '' }, fields) {
      const { url, enabled_events, description } = paramsIn(typedIn(fields))
      const edited = editedIn(fields)
      await write(async (call) => {
        refuseMoved(await retrieveWebhookEndpoint(call, endpoint), fields)
        await updateWebhookEndpoint(call, endpoint, {
          ...(edited.includes('url') && { url }),
          ...(edited.includes('events') && { enabled_events }),
          ...(edited.includes('description') && { description }),
        })
      })
      return { to: ['webhooks', endpoint], notice: 'endpoint_saved' }
    },
    async again(call, { endpoint: id = '' }, fields, frame, fault) {
      const endpoint = await retrieveWebhookEndpoint(call, id)
      const edited = editedIn(fields).map((name) => [name, typedIn(fields)[name]])
      return endpointForm(frame, { endpoint, typed: { ...shownIn(endpoint), ...Object.fromEntries(edited) }, fault })
    },
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
