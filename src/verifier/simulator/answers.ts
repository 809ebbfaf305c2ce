import { isEmailAddress } from '../../model/email-address.js'
import {
  type Answers,
  type CodeStep,
  confirmationOf,
  type FieldFault,
  type FilledStep,
  type Step,
  type StepName,
  type Taken,
} from '../hosted-page.js'
import type { Submission } from '../verdict.js'
import { stepsOf, TEST_CODE, TEST_NUMBERS } from './steps.js'

/** How often a code may be typed wrongly. */
const MOST_WRONG_CODES = 5

/** The age from which people are verified, in years. */
const YOUNGEST = 16

/** Picked where nothing of what is offered fits. */
const OTHER = 'other'

/** Takes what was filled in at one step of the session. A step that it does not have changes nothing. */
export function take(submission: Submission, filled: FilledStep): Taken {
  const steps = stepsOf(submission)
  const step = steps.find(({ name }) => name === filled.step)
  return step === undefined ? { answers: filled.answers } : TAKES[step.name](filled, step)
}

/** The outcome that the answers lead to: that of the ID number, which alone can be wrong by then. */
export function choiceOf(answers: Answers): string {
  return answers.id_number ?? 'verified'
}

type Take = (filled: FilledStep, step: Step) => Taken

const TAKES: Readonly<Record<StepName, Take>> = {
  consent: done,
  document: takeDocument,
  // A picture stays in the browser, so there is nothing to look at.
  picture: done,
  selfie: done,
  id_number: takeNumber,
  email: (filled) => takeAddress(filled, 'email', isEmailAddress),
  phone: (filled) => takeAddress(filled, 'phone', isPhoneNumber),
  email_code: (filled, step) => takeCode(filled, step as CodeStep, 'email'),
  phone_code: (filled, step) => takeCode(filled, step as CodeStep, 'phone'),
  review: ({ answers }) => ({ outcome: choiceOf(answers) }),
}

function done({ step, answers }: FilledStep): Taken {
  return { answers: { ...answers, [step]: 'yes' } }
}

function takeDocument({ answers, fields }: FilledStep, step: Step): Taken {
  const { types, countries } = step as Extract<Step, { name: 'document' }>
  const { type = '', country = '' } = fields
  if (country === OTHER) return { outcome: 'country_not_supported' }
  const isKnown = types.some((one) => one === type) || type === OTHER
  const faults = [
    ...faultsOf('country', countries.includes(country), country === ''),
    ...faultsOf('type', isKnown, type === ''),
  ]
  if (faults.length > 0) return { answers, faults }
  if (type === OTHER) return { outcome: 'document_type_not_supported' }
  // Pictures of another document do not count.
  const { picture, ...others } = answers
  const isSame = answers.document === type && answers.country === country
  return { answers: { ...others, ...(isSame && picture !== undefined && { picture }), document: type, country } }
}

function takeNumber({ answers, fields, now }: FilledStep, step: Step): Taken {
  const { person } = step as Extract<Step, { name: 'id_number' }>
  const number = (fields.id_number ?? '').replace(/[\s./-]/g, '')
  const born = [fields.birth_year, fields.birth_month, fields.birth_day].map((part) => (part ?? '').trim())
  const date = dateOf(born)
  const isNamed = (name: string) => /\p{L}/u.test(fields[name] ?? '')
  const faults = [
    ...(person
      ? [...faultsOf('first_name', isNamed('first_name')), ...faultsOf('last_name', isNamed('last_name'))]
      : []),
    ...(person ? faultsOf('birth_day', date !== undefined && date <= now, born.join('') === '') : []),
    ...faultsOf('id_number', /^[0-9a-z]{4,20}$/i.test(number), number === ''),
  ]
  if (faults.length > 0) return { answers, faults }
  if (person && isYounger(born, now)) return { outcome: 'under_supported_age' }
  const outcome = TEST_NUMBERS.find(({ value }) => number.endsWith(value))?.outcome ?? 'verified'
  return { answers: { ...answers, id_number: outcome } }
}

/** Unix seconds of a day that there is. */
function dateOf(parts: readonly string[]): number | undefined {
  if (!parts.every((part) => /^\d{1,4}$/.test(part))) return undefined
  const [year = 0, month = 0, day = 0] = parts.map(Number)
  const date = new Date(Date.UTC(year, month - 1, day))
  const isReal = year >= 1900 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return isReal ? date.getTime() / 1000 : undefined
}

function isYounger([year, month, day]: readonly string[], now: number): boolean {
  return Date.UTC(Number(year) + YOUNGEST, Number(month) - 1, Number(day)) / 1000 > now
}

function takeAddress(
  { answers, fields }: FilledStep,
  name: 'email' | 'phone',
  isOne: (text: string) => boolean,
): Taken {
  const typed = (fields[name] ?? '').trim()
  const faults = faultsOf(name, isOne(typed), typed === '')
  if (faults.length > 0) return { answers, faults }
  if (answers[name] === typed) return { answers }
  // Another address gets another code.
  const { [`${name}_tries` as const]: _, ...others } = answers
  return { answers: { ...others, [name]: typed } }
}

/** A number in any spelling: "(555) 555-1212". */
function isPhoneNumber(text: string): boolean {
  return /^\+?[\d\s()./-]{5,30}$/.test(text) && text.replace(/\D/g, '').length >= 5
}

function takeCode({ answers, fields }: FilledStep, step: CodeStep, name: 'email' | 'phone'): Taken {
  const tries = `${name}_tries` as const
  const typed = (fields.code ?? '').replace(/\s/g, '')
  if (typed === '') return { answers, faults: [{ field: 'code', fault: 'missing' }] }
  if (typed === TEST_CODE) return { answers: { ...answers, [step.name]: confirmationOf(step, answers) } }
  const wrong = Number(answers[tries] ?? 0) + 1
  if (wrong >= MOST_WRONG_CODES) return { outcome: `${name}_unverified_other` }
  return { answers: { ...answers, [tries]: String(wrong) }, faults: [{ field: 'code', fault: 'wrong_code' }] }
}

function faultsOf(field: string, isRight: boolean, isMissing = !isRight): readonly FieldFault[] {
  if (isRight) return []
  return [{ field, fault: isMissing ? 'missing' : 'invalid' }]
}
