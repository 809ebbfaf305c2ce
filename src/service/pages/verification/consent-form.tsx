import { askedInWords } from './asked.js'
import type { StepProps } from './step-props.js'

/** Who asks, what for, and what the person will need. */
export function ConsentForm({ look: { language, brand }, session: { asked } }: StepProps) {
  const { say } = language
  const values = { brand: brand.name ?? '' }
  const whose = brand.name === null ? 'nobody' : 'brand'
  return (
    <>
      <p>{say(`consent.intro.${whose}`, values)}</p>
      <ul>
        {askedInWords(language, asked).map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <p>{say(`consent.use.${whose}`, values)}</p>
    </>
  )
}
