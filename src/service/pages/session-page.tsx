import type { Outcome } from '../../model/outcome.js'
import type { HostedSession } from '../operations/sessions/hosted-sessions.js'
import { type Page, page } from './page.js'

/** The page behind a session's url: in test mode, its outcome is chosen here. */
export function sessionPage(session: HostedSession): Page {
  const { name, livemode, last_error, outcomes } = session
  return page(
    200,
    { title: name ?? 'Identity verification', isTest: !livemode },
    <>
      {last_error && <p class="error">The last attempt did not succeed. {last_error.reason}</p>}
      {outcomes.length === 0 ? (
        <p>This service cannot verify anybody yet: it has no verifier for live sessions.</p>
      ) : (
        <form method="post">
          <p>Choose how this verification ends. Only outcomes are listed that its checks can have.</p>
          {groupsOf(outcomes).map(([legend, members]) => (
            <fieldset key={legend}>
              <legend>{legend}</legend>
              {members.map((outcome) => (
                <label key={outcome}>
                  <input type="radio" name="outcome" value={outcome} checked={outcome === 'verified'} />{' '}
                  <code>{outcome}</code>
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
 * Takes the person back to where they came from. A redirect would not do: browsers hold what follows a form to the policy
 * of the form's page, through every further redirect of the other site.
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

const GROUPS: readonly (readonly [legend: string, prefix: string])[] = [
  ['The document fails', 'document_'],
  ['The selfie fails', 'selfie_'],
  ['The ID number fails', 'id_number_'],
  ['The email address fails', 'email_'],
  ['The phone number fails', 'phone_'],
]

/** In the order of the checks, what belongs to none of them before them. */
function groupsOf(outcomes: readonly Outcome[]): readonly (readonly [string, readonly Outcome[]])[] {
  const failing = GROUPS.map(([legend, prefix]): [string, readonly Outcome[]] => [
    legend,
    outcomes.filter((outcome) => outcome.startsWith(prefix)),
  ])
  const grouped = new Set(failing.flatMap(([, members]) => members))
  const others = outcomes.filter((outcome) => outcome !== 'verified' && !grouped.has(outcome))
  const groups: [string, readonly Outcome[]][] = [
    ['Everything is in order', outcomes.filter((outcome) => outcome === 'verified')],
    ['The person does not go through with it', others],
    ...failing,
  ]
  return groups.filter(([, members]) => members.length > 0)
}
