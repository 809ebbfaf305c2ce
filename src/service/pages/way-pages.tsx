import type { Look } from './look.js'
import { type Page, page } from './page.js'
import { WayBack } from './way-back.js'

export function donePage(look: Look): Page {
  const { say } = look.language
  return page(200, look, { title: say('done.title') }, <p>{say('done.text')}</p>)
}

/**
 * Takes the person back to where they came from. A redirect does not work: browsers apply the policy of the form's page
 * to every redirect after the form, also on the other site.
 */
export function leadOnPage(look: Look, target: string, { gaveUp }: { readonly gaveUp: boolean }): Page {
  const { say } = look.language
  return page(
    200,
    look,
    { title: say(gaveUp ? 'result.failed.title' : 'done.title'), leadsTo: new URL(target).href },
    <WayBack look={look} text={gaveUp ? 'done.nothing' : 'done.back'} target={target} />,
  )
}

/** Takes the person to a remote verifier's page in the same way. */
export function verifierPage(look: Look, target: string): Page {
  const { say, around } = look.language
  const { href, host } = new URL(target)
  const [before, after] = around('elsewhere.text', 'where')
  return page(
    200,
    look,
    { title: say('title.verification'), leadsTo: href },
    <p>
      {before}
      <a href={href}>{host}</a>
      {after}
    </p>,
  )
}

/** For a session that nobody verifies. */
export function stuckPage(
  look: Look,
  { name, livemode }: { readonly name: string | null; readonly livemode: boolean },
): Page {
  const { say } = look.language
  return page(200, look, { title: name ?? say('title.verification'), isTest: !livemode }, <p>{say('stuck')}</p>)
}
