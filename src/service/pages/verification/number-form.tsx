import { describedBy, FaultText, TestNote, TextField } from './fields.js'
import type { StepProps } from './step-props.js'

/** The ID number; without a document also whose it is. What is typed is not kept. */
export function NumberForm({ look: { language }, step, faults, typed }: StepProps<'id_number'>) {
  const { say } = language
  const common = { language, faults }
  return (
    <>
      {step.person && (
        <>
          {(['first_name', 'last_name'] as const).map((name) => (
            <TextField
              key={name}
              {...common}
              name={name}
              label={`id_number.${name}`}
              value={typed[name] ?? ''}
              autocomplete={name === 'first_name' ? 'given-name' : 'family-name'}
              maxlength={100}
            />
          ))}
          <BirthDate look={{ language }} faults={faults} typed={typed} />
        </>
      )}
      <TextField
        {...common}
        name="id_number"
        label="id_number.number"
        hint="id_number.hint"
        autocomplete="off"
        maxlength={40}
      />
      <TestNote>
        {say('test.numbers')}
        <ul>
          {step.tries.map(({ value, outcome }) => (
            <li key={value}>
              <code>{value}</code>: <code>{outcome}</code>
            </li>
          ))}
        </ul>
      </TestNote>
    </>
  )
}

const PARTS = [
  ['birth_day', 'id_number.day', 'bday-day', 2],
  ['birth_month', 'id_number.month', 'bday-month', 2],
  ['birth_year', 'id_number.year', 'bday-year', 4],
] as const

interface BirthDateProps extends Pick<StepProps, 'faults' | 'typed'> {
  readonly look: Pick<StepProps['look'], 'language'>
}

function BirthDate({ look: { language }, faults, typed }: BirthDateProps) {
  const { say } = language
  const fault = faults.find(({ field }) => field === 'birth_day')
  return (
    <fieldset class="plain">
      <legend>{say('id_number.birth')}</legend>
      <FaultText fault={fault} />
      <div class="date">
        {PARTS.map(([name, label, autocomplete, maxlength]) => (
          <div key={name}>
            <label for={name}>{say(label)}</label>
            <input
              id={name}
              name={name}
              type="text"
              inputmode="numeric"
              autocomplete={autocomplete}
              maxlength={maxlength}
              value={typed[name] ?? ''}
              {...(maxlength === 4 && { class: 'year' })}
              {...describedBy('birth_day', false, fault)}
            />
          </div>
        ))}
      </div>
    </fieldset>
  )
}
