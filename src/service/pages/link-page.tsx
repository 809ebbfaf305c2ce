import type { LinkPage } from '../operations/flows/static-links.js'
import { type Page, page } from './page.js'

/** What the visitor typed, or the link carried. */
export interface LinkForm {
  readonly email: string
  readonly client_reference_id: string
}

/** The page behind a static link: who asks, and a field for the email address. */
export function linkPage(status: number, { name, livemode }: LinkPage, form: LinkForm, error?: string): Page {
  return page(
    status,
    { title: name, isTest: !livemode },
    <>
      <p>Enter your email address to begin the verification of your identity.</p>
      {error && (
        <p class="error" id="error" role="alert">
          {error}
        </p>
      )}
      <form method="post">
        <label for="email">Email address</label>
        <input
          id="email"
          name="email"
          type="email"
          autocomplete="email"
          required
          maxlength={254}
          value={form.email}
          {...(error && { 'aria-invalid': 'true', 'aria-describedby': 'error' })}
        />
        {form.client_reference_id !== '' && (
          <input type="hidden" name="client_reference_id" value={form.client_reference_id} />
        )}
        <button type="submit">Continue</button>
      </form>
    </>,
  )
}
