import { listEvents, retrieveEvent } from '../../operations/events/events.js'
import { list, type ReadRoute, read } from './route.js'

const url = '/v1/events'
const READ = { scope: 'events:read', answers: 'event' } as const

export const EVENT_ROUTES: readonly ReadRoute[] = [
  list(
    url,
    { ...READ, summary: 'List events' },
    { type: 'name', types: { listOf: 'text' }, delivery_success: 'boolean' },
    (call, params) => listEvents(call, params),
  ),
  read(`${url}/:id`, { ...READ, summary: 'Retrieve an event' }, retrieveEvent),
]
