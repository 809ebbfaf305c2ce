import type { Answers, Step } from '../../../verifier/hosted-page.js'
import type { Language } from '../language/language.js'
import type { StepProps } from './step-props.js'

/** All that was entered, each with a way back to it. */
export function ReviewForm({ look: { language, here }, session: { steps, answers } }: StepProps) {
  const { say } = language
  const asked = steps.filter(({ name }) => name !== 'consent' && name !== 'review')
  return (
    <>
      <p>{say('review.intro')}</p>
      <dl class="answers">
        {asked.map((step) => {
          const name = labelOf(language, step)
          return (
            <div key={step.name}>
              <dt>{name}</dt>
              <dd class="value">{answered(language, step, answers)}</dd>
              <dd class="change">
                <a href={here({ step: step.name })} aria-label={`${say('change')}: ${name}`}>
                  {say('change')}
                </a>
              </dd>
            </div>
          )
        })}
      </dl>
    </>
  )
}

function labelOf({ say }: Language, { name }: Step): string {
  switch (name) {
    case 'email_code':
      return say('email_code.title')
    case 'phone_code':
      return say('phone_code.title')
    case 'consent':
    case 'review':
      return ''
    default:
      return say(`review.${name}`)
  }
}

/** A number or a picture is not kept, and so not shown. */
function answered({ say, country }: Language, { name }: Step, answers: Answers): string {
  switch (name) {
    case 'document':
      return `${say(`type.${answers.document as 'passport'}`)}, ${country(answers.country ?? '')}`
    case 'email':
    case 'phone':
      return answers[name] ?? ''
    case 'email_code':
    case 'phone_code':
      return say('review.confirmed')
    default:
      return say('review.done')
  }
}
