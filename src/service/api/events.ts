import { listEvents, MOST_TYPES, retrieveEvent } from '../operations/events/events.js'
import { flag, name, texts } from './param.js'
import { list, PAGE, type ReadRoute, read } from './route.js'

const url = '/v1/events'
const READ = { scope: 'events:read', answers: 'event', isStripes: true } as const

export const EVENT_ROUTES: readonly ReadRoute[] = [
  list(
    url,
    { ...READ, summary: 'List events' },
    {
      ...PAGE,
      type: name('Only events of this type, or group of types: identity.*'),
      types: texts('Only events of these types.', { maxItems: MOST_TYPES }),
      delivery_success: flag('Only events that every endpoint has got that wanted them, or only the others.'),
    },
    (call, params) => listEvents(call, params),
  ),
  read(`${url}/:id`, { ...READ, summary: 'Retrieve an event' }, retrieveEvent),
]
