import type { FlowConfig } from '../../../model/flow.js'

const DOCUMENTS = { driving_license: 'driving licence', id_card: 'identity card', passport: 'passport' } as const

/** What a person is asked for, in the order of the steps. */
function checksInWords({ type, options }: Pick<FlowConfig, 'type' | 'options'>): readonly string[] {
  const { document, email, phone, matching } = options
  const words: string[] = []
  if (type === 'id_number') words.push('ID number')
  if (document !== undefined) {
    words.push(`Document: ${document.allowed_types.map((one) => DOCUMENTS[one]).join(', ')}`)
    if (document.require_live_capture) words.push('Live capture')
    if (document.require_matching_selfie) words.push('Selfie')
    if (document.require_id_number) words.push('ID number')
  }
  if (email.require_verification) words.push('Email')
  if (phone.require_verification) words.push('Phone')
  if (matching.name !== 'none') words.push('Name matches')
  if (matching.dob !== 'none') words.push('Date of birth matches')
  return words
}

export function Checks({ of }: { readonly of: Pick<FlowConfig, 'type' | 'options'> }) {
  return (
    <ul class="checks">
      {checksInWords(of).map((word) => (
        <li key={word}>{word}</li>
      ))}
    </ul>
  )
}
