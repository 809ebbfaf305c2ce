import type { HostedForm } from '../../../verifier/hosted-page.js'
import type { Language } from '../language/language.js'

/** The choice of how an attempt ends, for tests: in the notice of every step. */
export function OutcomeForm({ language: { say }, form }: { readonly language: Language; readonly form: HostedForm }) {
  return (
    <details>
      <summary>{say('test.choose')}</summary>
      <form method="post">
        <p>{say('test.explain')}</p>
        <input type="hidden" name="step" value="outcome" />
        {form.groups.map(({ about, choices }) => (
          <fieldset key={about}>
            <legend>{say(`test.group.${about}`)}</legend>
            {choices.map((choice) => (
              <label key={choice} class="choice">
                <input type="radio" name="outcome" value={choice} checked={choice === form.first} />
                <code>{choice}</code>
              </label>
            ))}
          </fieldset>
        ))}
        <button type="submit">{say('test.submit')}</button>
      </form>
    </details>
  )
}
