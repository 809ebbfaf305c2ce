import type { LinkGone } from '../operations/sessions/hosted/link-gone.js'
import type { Look } from './look.js'
import { type Page, page } from './page.js'
import { WayBack } from './way-back.js'

interface Failure {
  readonly status: number
  /** Why a link no longer works, and the way back for whoever took part. */
  readonly gone: Pick<LinkGone, 'why' | 'returnUrl'> | undefined
  /** What was wrong, in English, for whoever made the request by hand. */
  readonly message: string | undefined
}

/**
 * The page for people who cannot go on. It reveals nothing about the requested flow or session, except to whoever took
 * part: where they came from.
 */
export function errorPage(look: Look, { status, gone, message }: Failure): Page {
  const { say, find } = look.language
  const name = gone?.why ?? status
  const target = gone?.returnUrl ?? null
  const title = find(`error.${name}.title`)
  if (title !== undefined) {
    return page(
      status,
      look,
      { title },
      <>
        <p>{find(`error.${name}.text`)}</p>
        {target !== null && <WayBack look={look} text="result.back" target={target} />}
      </>,
    )
  }
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
