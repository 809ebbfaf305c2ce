import type { Page } from '../../pages/page.js'
import { at, dashboardPage, type Frame } from '../frame.js'
import { Facts } from '../parts/facts.js'

export interface SecretView {
  /** What was made, such as "The key was made". */
  readonly title: string
  readonly within: 'keys' | 'webhooks'
  readonly name: string
  readonly secret: string
  /** What it is for, as a sentence. */
  readonly use: string
}

/** The one page that shows a secret: the store keeps no key, and no page shows the secret of an endpoint again. */
export function secretPage(frame: Frame, { title, within, name, secret, use }: SecretView): Page {
  return dashboardPage(
    200,
    frame,
    { title, within, isShownOnce: true },
    <section class="card card-body narrow" aria-label="Its secret">
      <Facts
        of={[
          ['Name', name],
          ['Secret', <code key="secret">{secret}</code>],
        ]}
      />
      <p>{use} It is shown now, and never again.</p>
      <a href={at(frame.mode, within)}>I have it</a>
    </section>,
  )
}
