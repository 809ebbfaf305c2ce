import type { OpenSession } from '../../operations/sessions/hosted/hosted-sessions.js'
import type { Language } from '../language/language.js'
import type { Look } from '../look.js'
import { type Page, page } from '../page.js'
import { type Fault, FaultSummary } from './fields.js'
import { OutcomeForm } from './outcome-form.js'
import { STEP_FORMS } from './step-forms.js'

/** What a step's page shows beside the step. */
export interface StepState {
  /** What is wrong with the form as it was sent. */
  readonly faults: readonly Fault[]
  /** The form as it was sent. */
  readonly typed: Readonly<Record<string, string>>
  /** Whether the browser does not keep what was entered. */
  readonly forgets: boolean
}

/** The page of one step: what it asks, in a form that needs no script. */
export function stepPage(look: Look, session: OpenSession, { faults, typed, forgets }: StepState): Page {
  const { language } = look
  const { say } = language
  const { step, steps, last_error, form, livemode } = session
  const isFirst = step === steps[0]
  const { title, script, actions, Form } = STEP_FORMS[step.name]
  const hasFaults = faults.length > 0
  // Who may choose a file needs no camera.
  const instead = step.name === 'picture' && !step.live ? undefined : actions.instead
  return page(
    hasFaults ? 400 : 200,
    look,
    {
      title: say(title),
      prefix: hasFaults ? `${say('fault.prefix')} ` : '',
      progress: say('step', { number: steps.indexOf(step) + 1, count: steps.length }),
      isTest: !livemode,
      inNotice: <OutcomeForm language={language} form={form} />,
      script,
      // At the first step, the browser begins at the top as on any page.
      focus: !isFirst && !hasFaults,
    },
    <>
      {isFirst && session.name !== null && <p class="quiet">{session.name}</p>}
      {isFirst && last_error && (
        <p class="error">
          {say('failed')} {reasonOf(language, last_error)}
        </p>
      )}
      {forgets && <p class="error">{say('cookies')}</p>}
      <FaultSummary language={language} faults={faults} />
      <form method="post" noValidate class={step.name}>
        <input type="hidden" name="step" value={step.name} />
        <Form look={look} session={session} step={step} faults={faults} typed={typed} />
        <div class="actions">
          <button type="submit">{say(actions.go)}</button>
          {instead && (
            <button type="submit" name="outcome" value={instead.outcome} class={instead.look}>
              {say(instead.text)}
            </button>
          )}
        </div>
      </form>
    </>,
  )
}

/** Why an attempt failed, in the person's language; in the verifier's words where there are no others. */
export function reasonOf({ find }: Language, { code, reason }: NonNullable<OpenSession['last_error']>): string | null {
  return find(`reason.${code}`) ?? reason
}
