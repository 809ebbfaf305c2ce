import { eventPage } from '../../../dashboard/events/event-page.js'
import { eventsPage } from '../../../dashboard/events/events-page.js'
import { listEvents, retrieveEvent } from '../../../operations/events/events.js'
import { listDeliveries } from '../../../operations/webhooks/deliveries.js'
import { listWebhookEndpoints, MOST_ENDPOINTS } from '../../../operations/webhooks/webhook-endpoints.js'
import { filterIn } from '../rows/filters.js'
import { atOnce, nameOf, type PageRow } from '../rows/page-row.js'
import { pagingOf, placeOf } from '../rows/paging.js'

/** An event goes to each endpoint once. */
const DELIVERIES_OF_EVENT = 100

export const EVENTS_PAGES: readonly PageRow[] = [
  {
    path: '/events',
    needs: { scope: 'events:read' },
    show: atOnce(async (call, asked, frame) => {
      const { type } = filterIn(asked, 'type')
      const list = await listEvents(call, { ...placeOf(asked), ...(type !== '' && { type }) })
      return eventsPage(frame, { events: list.data, paging: pagingOf(asked, list), type })
    }),
  },
  {
    path: '/events/:event',
    needs: { scope: 'events:read' },
    show: atOnce(async (call, { names }, frame) => {
      const event = await retrieveEvent(call, nameOf(names, 'event'))
      if (!frame.may('webhooks:read')) return eventPage(frame, { event, deliveries: null, urls: new Map() })
      const deliveries = await listDeliveries(call, { event: event.id, limit: DELIVERIES_OF_EVENT })
      const endpoints = await listWebhookEndpoints(call, { limit: MOST_ENDPOINTS })
      const urls = new Map(endpoints.data.map(({ id, url }) => [id, url]))
      return eventPage(frame, { event, deliveries: deliveries.data, urls })
    }),
  },
]
