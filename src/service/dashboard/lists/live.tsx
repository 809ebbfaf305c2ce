import type { ComponentChildren } from 'preact'
import { type Frame, withQuery } from '../frame.js'

interface Props {
  readonly frame: Frame
  readonly children: ComponentChildren
}

/**
 * The part of a page that keeps itself up to date: the script asks for the same page again and puts in its place what
 * changed. A field is touched only if the page has another value for it, so what somebody types stays. Rows are known by
 * their ids (list-table.tsx), so what is ticked in one does not pass to another that comes in its place. Without script
 * it stays as it was sent. At most one on a page.
 */
export function Live({ frame, children }: Props) {
  const { here } = frame
  if (liveIn(frame).live === 'off') {
    return (
      <div class="live">
        {children}
        <p class="quiet live-switch">
          This page stays as it is. <a href={withLive(here, null)}>Keep it up to date</a>
        </p>
      </div>
    )
  }
  return (
    <div class="live" id="live" hx-get={here} hx-trigger="every 5s" hx-select="#live" hx-swap="outerMorph">
      {children}
      <p class="quiet live-switch">
        This page keeps itself up to date. <a href={withLive(here, 'off')}>Stop</a>
      </p>
    </div>
  )
}

/** What of the page's address says whether it keeps itself up to date: forms and links to the same page keep it. */
export function liveIn({ here }: Pick<Frame, 'here'>): { readonly live?: 'off' } {
  return new URLSearchParams(here.split('?')[1]).get('live') === 'off' ? { live: 'off' } : {}
}

function withLive(here: string, live: string | null): string {
  const [path = '', text] = here.split('?')
  const { live: _, ...query } = Object.fromEntries(new URLSearchParams(text))
  return withQuery(path, { ...query, ...(live !== null && { live }) })
}
