import type { HostedSession } from '../operations/sessions/hosted-sessions.js'
import { type Page, page } from './page.js'

/** The page behind a session's url. It shows the form of the session's verifier. */
export function sessionPage(session: HostedSession): Page {
  const { name, livemode, last_error, form } = session
  return page(
    200,
    { title: name ?? 'Identity verification', isTest: !livemode },
    <>
      {last_error && <p class="error">The last attempt did not succeed. {last_error.reason}</p>}
      {form === null ? (
        <p>This service cannot verify anybody yet: it has no verifier for live sessions.</p>
      ) : (
        <form method="post">
          <p>{form.text}</p>
          {form.groups.map(({ legend, choices }) => (
            <fieldset key={legend}>
              <legend>{legend}</legend>
              {choices.map((choice) => (
                <label key={choice}>
                  <input type="radio" name="outcome" value={choice} checked={choice === form.first} />{' '}
                  <code>{choice}</code>
                </label>
              ))}
            </fieldset>
          ))}
          <button type="submit">Submit</button>
        </form>
      )}
    </>,
  )
}

export function donePage(): Page {
  return page(200, { title: 'Thank you' }, <p>Your details were submitted. You can close this page.</p>)
}

/**
 * Takes the person back to where they came from. A redirect does not work: browsers apply the policy of the form's page
 * to every redirect after the form, also on the other site.
 */
export function leadOnPage(target: string): Page {
  const { href, host, protocol } = new URL(target)
  const name = protocol.startsWith('http') ? host : 'the app'
  return page(
    200,
    { title: 'Thank you', leadsTo: href },
    <p>
      Your details were submitted. You are taken back to <a href={href}>{name}</a>.
    </p>,
  )
}

/** Takes the person to a remote verifier's page in the same way. */
export function verifierPage(target: string): Page {
  const { href, host } = new URL(target)
  return page(
    200,
    { title: 'Identity verification', leadsTo: href },
    <p>
      Your identity is verified at <a href={href}>{host}</a>. You are taken there.
    </p>,
  )
}
