import { LONGEST_EMAIL } from '../../model/email-address.js'
import type { LinkPage } from '../operations/flows/static-links.js'
import type { Look } from './look.js'
import { type Page, page } from './page.js'
import { askedInWords } from './verification/asked.js'
import { type Fault, FaultSummary, TextField } from './verification/fields.js'

/** What the visitor typed, or the link carried. */
export interface LinkForm {
  readonly email: string
  readonly client_reference_id: string
}

/** The page behind a static link: who asks, what for, and a field for the email address. */
export function linkPage(
  look: Look,
  { name, livemode, asked }: LinkPage,
  form: LinkForm,
  faults: readonly Fault[] = [],
): Page {
  const { language } = look
  const { say } = language
  const hasFaults = faults.length > 0
  const needed = askedInWords(language, asked)
  return page(
    hasFaults ? 400 : 200,
    look,
    { title: name, isTest: !livemode, prefix: hasFaults ? `${say('fault.prefix')} ` : '' },
    <>
      <FaultSummary language={language} faults={faults} />
      <p>{say('link.intro')}</p>
      {needed.length > 0 && (
        <>
          <p>{say('link.asked')}</p>
          <ul>
            {needed.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </>
      )}
      <form method="post" noValidate>
        <TextField
          language={language}
          name="email"
          label="link.email"
          type="email"
          autocomplete="email"
          maxlength={LONGEST_EMAIL}
          value={form.email}
          faults={faults}
        />
        {form.client_reference_id !== '' && (
          <input type="hidden" name="client_reference_id" value={form.client_reference_id} />
        )}
        <div class="actions">
          <button type="submit">{say('continue')}</button>
        </div>
      </form>
    </>,
  )
}
