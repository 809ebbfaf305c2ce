import { ApiError } from '../api-error.js'
import type { Call } from './call.js'

/**
 * What `expand[]` asked for, as dotted paths from the resource: "last_verification_report.document.number". A path
 * expands everything on its way.
 */
export type Expand = ReadonlySet<string>

export const NOTHING: Expand = new Set()

/** Members that Stripe shows only when each is asked for by name, by what holds them. */
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

/** How long after its making a restricted key sees the sensitive members of what was verified, in seconds; Stripe's. */
const SEEN = 48 * 60 * 60

/**
 * The resource without the sensitive members that were not asked for. Throws 403 where one was asked for by a key that
 * may not see it: only restricted keys may, and only for 48 hours (docs.stripe.com/identity/access-verification-results).
 */
export function withoutSensitive<T extends object>(
  call: Pick<Call<unknown>, 'key' | 'now'>,
  value: T,
  members: readonly string[],
  { path, expand, created }: { readonly path: string; readonly expand: Expand; readonly created: number },
): T {
  const shown: [string, unknown][] = []
  for (const [name, member] of Object.entries(value)) {
    const isSensitive = members.includes(name)
    if (isSensitive && !expand.has(`${path}.${name}`)) continue
    if (isSensitive) checkMaySee(call, `${path}.${name}`, created)
    shown.push([name, member])
  }
  return Object.fromEntries(shown) as T
}

function checkMaySee({ key, now }: Pick<Call<unknown>, 'key' | 'now'>, path: string, created: number): void {
  // Whoever works at the store itself has all of it anyway.
  if (key === undefined) return
  const why =
    key.scopes === null
      ? 'only a restricted key may expand it'
      : now - created > SEEN
        ? 'it is shown for 48 hours only'
        : undefined
  if (why === undefined) return
  throw new ApiError(403, { param: 'expand', message: `This property cannot be expanded (${path}): ${why}.` })
}
