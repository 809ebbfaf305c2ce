import type { WhyGone } from '../operations/sessions/hosted/link-gone.js'
import type { Look } from './look.js'
import { type Page, page } from './page.js'

interface Failure {
  readonly status: number
  /** Why a link no longer works. */
  readonly gone: WhyGone | undefined
  /** What was wrong, in English, for whoever made the request by hand. */
  readonly message: string | undefined
}

/** The page for people who cannot go on. It reveals nothing about the requested flow or session. */
export function errorPage(look: Look, { status, gone, message }: Failure): Page {
  const { say, find } = look.language
  const name = gone ?? status
  const title = find(`error.${name}.title`)
  if (title !== undefined) return page(status, look, { title }, <p>{find(`error.${name}.text`)}</p>)
  const isOurs = status >= 500 || message === undefined
  return page(
    status,
    look,
    { title: say('error.other.title') },
    <>
      <p>{say(isOurs ? 'error.other.text' : 'error.refused.text')}</p>
      {!isOurs && (
        <p class="quiet">
          <small lang="en">{message}</small>
        </p>
      )}
    </>,
  )
}
