import { ApiError } from '../../api-error.js'
import type { Call } from './call.js'
import { isAtTheStore, may, scopesOf } from './principal.js'

/**
 * The paths that `expand[]` asks for, dotted from the resource: "last_verification_report.document.number". A path
 * includes all its parents.
 */
export type Expand = ReadonlySet<string>

export const NOTHING: Expand = new Set()

/** Members that Stripe shows only if each is named in `expand[]`, by the object that holds them. */
export const SENSITIVE = {
  verified_outputs: ['dob', 'id_number', 'sex', 'unparsed_place_of_birth', 'unparsed_sex'],
  document: ['dob', 'expiration_date', 'number', 'sex', 'unparsed_place_of_birth', 'unparsed_sex'],
  id_number: ['dob', 'id_number'],
} as const

export const REPORT_EXPANDABLE: readonly string[] = (['document', 'id_number'] as const).flatMap((section) =>
  SENSITIVE[section].map((member) => `${section}.${member}`),
)

export const SESSION_EXPANDABLE: readonly string[] = [
  'last_verification_report',
  ...REPORT_EXPANDABLE.map((path) => `last_verification_report.${path}`),
  'verified_outputs',
  ...SENSITIVE.verified_outputs.map((member) => `verified_outputs.${member}`),
]

/** How long a restricted key may see the sensitive members after verification, in seconds; Stripe's limit. */
const SEEN = 48 * 60 * 60

type Asking = Pick<Call<unknown>, 'principal' | 'now'>

/**
 * Throws 403 if `expand` asks for members that the key may not see. Contents of a report always need the scope of
 * reports. Sensitive members are for restricted keys only (docs.stripe.com/identity/access-verification-results).
 */
export function checkExpand({ principal }: Pick<Asking, 'principal'>, expand: Expand): void {
  // A caller with direct access to the store can read everything anyway. The dashboard shows people one value at a time.
  if (isAtTheStore(principal)) return
  for (const path of expand) {
    if (principal.kind === 'ephemeral_key') throw mayNotSee(path, 'not with an ephemeral key')
    const isSensitive = SENSITIVE_PATHS.has(path)
    if (isSensitive && principal.kind === 'key' && scopesOf(principal) === null)
      throw mayNotSee(path, 'only a restricted key may expand it')
    if ((isSensitive || path === 'last_verification_report') && !may(principal, 'reports:read')) {
      const message = `This property cannot be expanded (${path}): the key has no scope reports:read.`
      throw new ApiError(403, { code: 'scope_missing', param: 'expand', message })
    }
  }
}

/** Whether a member of a report is shown only if it is named, by its path in the report. */
export function isNamedOnly(path: string): boolean {
  return REPORT_EXPANDABLE.includes(path)
}

const SENSITIVE_PATHS: ReadonlySet<string> = new Set(
  [...REPORT_EXPANDABLE, ...SESSION_EXPANDABLE].filter((path) => path.includes('.')),
)

export interface Shown {
  /** Where the value stands in the resource. */
  readonly path: string
  readonly expand: Expand
  /** When it was verified. */
  readonly created: number
  /** A list leaves out members that are too old: one old object must not block the whole list. */
  readonly isList: boolean
}

/** The value without the sensitive members that were not asked for. Throws 403 if those asked for are too old. */
export function withoutSensitive<T extends object>(
  { principal, now }: Asking,
  value: T,
  members: readonly string[],
  { path, expand, created, isList }: Shown,
): T {
  const isTooOld = !isAtTheStore(principal) && now - created > SEEN
  const shown = Object.entries(value).filter(([name]) => {
    if (!members.includes(name)) return true
    if (!expand.has(`${path}.${name}`)) return false
    if (isTooOld && !isList) throw mayNotSee(`${path}.${name}`, 'it is shown for 48 hours only')
    return !isTooOld
  })
  return Object.fromEntries(shown) as T
}

function mayNotSee(path: string, why: string): ApiError {
  return new ApiError(403, { param: 'expand', message: `This property cannot be expanded (${path}): ${why}.` })
}
