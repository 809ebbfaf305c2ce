import { describedBy, FaultText } from './fields.js'
import type { StepProps } from './step-props.js'

/** Which document: the country that issued it, and one of the types that the flow allows. */
export function DocumentForm({ look: { language }, session, step, faults, typed }: StepProps<'document'>) {
  const { say, inOrder } = language
  const country = typed.country ?? session.answers.country ?? ''
  const type = typed.type ?? session.answers.document ?? ''
  const faultOf = (name: string) => faults.find(({ field }) => field === name)
  return (
    <>
      <div class="field">
        <label for="country">{say('document.country')}</label>
        <FaultText fault={faultOf('country')} />
        <select
          id="country"
          name="country"
          autocomplete="country"
          {...describedBy('country', false, faultOf('country'))}
        >
          <option value="">{say('document.country.choose')}</option>
          {inOrder(step.countries).map(([code, name]) => (
            <option key={code} value={code} selected={code === country}>
              {name}
            </option>
          ))}
          <option value="other" selected={country === 'other'}>
            {say('document.country.other')}
          </option>
        </select>
      </div>
      <fieldset {...describedBy('type', false, faultOf('type'))}>
        <legend>{say('document.type')}</legend>
        <FaultText fault={faultOf('type')} />
        {[...step.types, 'other' as const].map((one, index) => (
          <label key={one} class="choice">
            {/* The summary of faults leads to the first one. */}
            <input type="radio" name="type" value={one} checked={one === type} {...(index === 0 && { id: 'type' })} />
            {say(one === 'other' ? 'document.type.other' : `type.${one}`)}
          </label>
        ))}
      </fieldset>
    </>
  )
}
