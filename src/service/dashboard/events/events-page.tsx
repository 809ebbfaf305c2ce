import type { Event } from '../../../model/resources.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, type Frame } from '../frame.js'
import { Filters, TextFilter } from '../lists/filters.js'
import { ListTable } from '../lists/list-table.js'
import { Live } from '../lists/live.js'
import { Pages, type Paging } from '../lists/paging.js'
import { Time } from '../parts/time.js'

export interface EventsView {
  readonly events: readonly Event[]
  readonly paging: Paging
  /** As typed: a type, or its beginning with a * at the end. */
  readonly type: string
}

/** Every event of the mode, newest first. */
export function eventsPage(frame: Frame, { events, paging, type }: EventsView): Page {
  return dashboardPage(
    200,
    frame,
    { title: 'Events', within: 'events' },
    <>
      <Filters frame={frame} filter={{ type }}>
        <TextFilter label="Type" name="type" value={type} maxLength={100} placeholder="identity.*" />
      </Filters>
      <Live frame={frame}>
        <div class="card">
          {events.length === 0 ? (
            <p class="quiet empty-list">There is none. Events are kept for 30 days.</p>
          ) : (
            <ListTable
              columns={['Event', 'About', 'Webhooks', 'When']}
              rows={events.map((event) => ({
                id: event.id,
                cells: [
                  <a key="event" href={at(frame.mode, 'events', event.id)}>
                    {event.type}
                  </a>,
                  <code key="about">{String(event.data.object.id ?? '')}</code>,
                  event.pending_webhooks === 0 ? (
                    <span class="quiet">none open</span>
                  ) : (
                    `${event.pending_webhooks} not delivered`
                  ),
                  <Time key="when" at={event.created} />,
                ],
              }))}
            />
          )}
        </div>
      </Live>
      <Pages of={paging} />
    </>,
  )
}
