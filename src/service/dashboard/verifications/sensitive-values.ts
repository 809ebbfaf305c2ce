import type { VerificationReport, VerificationSession } from '../../../model/resources.js'

/** Values that say who somebody is, by their place: in provided_details, else in the newest report. */
const VALUES = {
  'provided_details.email': 'Email, as given',
  'provided_details.phone': 'Phone, as given',
  'document.first_name': 'First name in the document',
  'document.last_name': 'Last name in the document',
  'document.dob': 'Date of birth in the document',
  'document.sex': 'Sex in the document',
  'document.unparsed_sex': 'Sex, as the document says it',
  'document.unparsed_place_of_birth': 'Place of birth in the document',
  'document.number': 'Number of the document',
  'document.expiration_date': 'Expiry of the document',
  'document.address': 'Address in the document',
  'id_number.first_name': 'First name of the ID number',
  'id_number.last_name': 'Last name of the ID number',
  'id_number.dob': 'Date of birth of the ID number',
  'id_number.id_number': 'ID number',
  'email.email': 'Email that was checked',
  'phone.phone': 'Phone that was checked',
} as const

export type ValueName = keyof typeof VALUES

export function isValueName(name: string): name is ValueName {
  return Object.hasOwn(VALUES, name)
}

export function valueWords(name: ValueName): string {
  return VALUES[name]
}

/** What stands in for a value that was not asked for. */
export const HIDDEN = 'hidden'

/** A session or report, or part of one, as JSON without these values. What was null stays so. */
export function withoutValues(json: unknown, section = ''): unknown {
  if (Array.isArray(json)) return json.map((item) => withoutValues(item))
  if (typeof json !== 'object' || json === null) return json
  const members = Object.entries(json).map(([member, value]) => {
    const isShown = value === null || !isSensitive(section, member)
    return [member, isShown ? withoutValues(value, member) : HIDDEN]
  })
  return Object.fromEntries(members)
}

/** The outputs of a session repeat members of its report, and all of them are of the person. */
function isSensitive(section: string, member: string): boolean {
  return section === 'verified_outputs' || isValueName(`${section}.${member}`)
}

/**
 * The values that somebody can ask for. Whether a report has those that it shows only if they are named is not known
 * before. What was erased is not offered.
 */
export function offeredValues(
  session: VerificationSession,
  report: VerificationReport | null,
  isNamed: (name: ValueName) => boolean,
): readonly ValueName[] {
  if (session.redaction !== null) return []
  const names = Object.keys(VALUES) as ValueName[]
  return names.filter((name) => {
    const isThere = valueIn(session, report, name) !== null
    const [section = ''] = name.split('.')
    return isThere || (isNamed(name) && (report as Readonly<Record<string, unknown>> | null)?.[section] !== undefined)
  })
}

/** A value as text; null if there is none. */
export function valueIn(
  session: VerificationSession,
  report: VerificationReport | null,
  name: ValueName,
): string | null {
  const [section = '', member = ''] = name.split('.')
  const holder = section === 'provided_details' ? { provided_details: session.provided_details } : report
  const values = (holder as Readonly<Record<string, Readonly<Record<string, unknown>> | null>> | null)?.[section]
  return textOf(values?.[member])
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null
  if (typeof value !== 'object') return String(value)
  const { year, month, day, ...rest } = value as Readonly<Record<string, unknown>>
  if (typeof year === 'number') return [year, month, day].map((part) => String(part).padStart(2, '0')).join('-')
  return Object.values(rest).filter(Boolean).join(', ') || null
}
