import { LONGEST_EMAIL } from '../../../model/email-address.js'
import { sentTo } from '../../../verifier/hosted-page.js'
import { TestNote, TextField } from './fields.js'
import type { StepProps } from './step-props.js'

export function EmailForm({ look: { language }, session, faults, typed }: StepProps) {
  return (
    <>
      <p>{language.say('email.intro')}</p>
      <TextField
        language={language}
        name="email"
        label="email.label"
        type="email"
        autocomplete="email"
        maxlength={LONGEST_EMAIL}
        value={typed.email ?? session.answers.email ?? ''}
        faults={faults}
      />
    </>
  )
}

export function PhoneForm({ look: { language }, session, faults, typed }: StepProps) {
  return (
    <>
      <p>{language.say('phone.intro')}</p>
      <TextField
        language={language}
        name="phone"
        label="phone.label"
        type="tel"
        autocomplete="tel"
        maxlength={40}
        value={typed.phone ?? session.answers.phone ?? ''}
        faults={faults}
      />
    </>
  )
}

/** The code that went to an address or a number. */
export function CodeForm({
  look: { language },
  session: { answers },
  step,
  faults,
}: StepProps<'email_code' | 'phone_code'>) {
  const { say } = language
  const to = step.to === null ? sentTo(step, answers) : masked(step.to)
  return (
    <>
      <p>{say(`${step.name}.intro`, { to })}</p>
      <TextField
        language={language}
        name="code"
        label="code.label"
        hint="code.hint"
        autocomplete="one-time-code"
        inputmode="numeric"
        maxlength={10}
        isShort
        faults={faults}
      />
      <TestNote>{say('test.code', { code: step.code })}</TestNote>
    </>
  )
}

/** Enough to know one's own address or number by: whoever holds the link may be somebody else. */
function masked(to: string): string {
  const [, first, host] = /^(.).*(@.*)$/su.exec(to) ?? []
  return first === undefined ? `••••${to.slice(-2)}` : `${first}••••${host}`
}
