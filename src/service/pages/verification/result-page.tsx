import type { SubmittedSession } from '../../operations/sessions/hosted/hosted-sessions.js'
import type { Look } from '../look.js'
import { type Page, page } from '../page.js'
import { WayBack } from '../way-back.js'
import { reasonOf } from './step-page.js'

/** What became of the attempt, for the browser that submitted it. */
export function resultPage(look: Look, { status, last_error, again, return_url, livemode }: SubmittedSession): Page {
  const { language } = look
  const { say } = language
  const isTest = !livemode
  const back = return_url !== null && <WayBack look={look} text="result.back" target={return_url} />
  if (status === 'processing') {
    return page(
      200,
      look,
      { title: say('result.processing.title'), isTest, script: 'refresh', focus: true },
      <div data-refresh>
        <p class="working" role="status">
          {say('result.processing.text')}
        </p>
        <p>
          <a href={look.here({})}>{say('result.look')}</a>
        </p>
        {back}
      </div>,
    )
  }
  if (status === 'verified') {
    const frame = { title: say('result.verified.title'), isTest, focus: true }
    return page(200, look, frame, back || <p>{say('result.verified.text')}</p>)
  }
  return page(
    200,
    look,
    { title: say('result.failed.title'), isTest, focus: true },
    <>
      {last_error && <p class="error">{reasonOf(language, last_error)}</p>}
      {again !== null && (
        <p>
          <a class="button" href={`${again}${look.here({})}`}>
            {say('result.again')}
          </a>
        </p>
      )}
      {back}
    </>,
  )
}
