import { askedOf } from '../checks.js'
import type { Step, TestValue } from '../hosted-page.js'
import type { Submission } from '../verdict.js'
import { COUNTRIES } from './countries.js'

/** The code that is "sent" by email and by text message. */
export const TEST_CODE = '000000'

/** ID numbers, by their last four digits. Every other number is verified. */
export const TEST_NUMBERS: readonly TestValue[] = [
  { value: '0000', outcome: 'verified' },
  { value: '0001', outcome: 'id_number_mismatch' },
  { value: '0002', outcome: 'id_number_insufficient_document_data' },
  { value: '0003', outcome: 'id_number_unverified_other' },
]

/** What a person is asked for, page by page, in the order of the checks. */
export function stepsOf({ options, provided_details: given }: Submission): readonly Step[] {
  const { documents, checks } = askedOf(options)
  const { document } = options
  const steps: Step[] = [{ name: 'consent' }]
  if (document !== undefined) {
    steps.push({ name: 'document', types: documents, countries: COUNTRIES })
    steps.push({ name: 'picture', live: document.require_live_capture === true })
  }
  if (checks.includes('selfie')) steps.push({ name: 'selfie' })
  if (checks.includes('id_number')) {
    steps.push({ name: 'id_number', person: document === undefined, tries: TEST_NUMBERS })
  }
  for (const name of ['email', 'phone'] as const) {
    if (!checks.includes(name)) continue
    const to = given?.[name] ?? null
    if (to === null) steps.push({ name })
    steps.push({ name: `${name}_code`, to, code: TEST_CODE })
  }
  return [...steps, { name: 'review' }]
}
