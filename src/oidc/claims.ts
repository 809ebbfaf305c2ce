/** More groups than anybody is in who signs in here. */
const MOST_GROUPS = 10_000
const LONGEST_NAME = 200

type Claims = Readonly<Record<string, unknown>>

/**
 * The groups in a claim: a list of texts, or one text. The name of the claim may be a path with dots between, unless
 * there is a claim of just that name, such as "https://example.com/groups". Undefined if there is no such claim.
 */
export function groupsIn(claims: Claims, name: string): readonly string[] | undefined {
  const value = Object.hasOwn(claims, name) ? claims[name] : within(claims, name.split('.'))
  if (typeof value === 'string') return [value]
  if (!Array.isArray(value)) return undefined
  return value.slice(0, MOST_GROUPS).filter((one) => typeof one === 'string')
}

function within(claims: unknown, path: readonly string[]): unknown {
  let value = claims
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Claims)[name]
  }
  return value
}

/** What to call a person, on one line; the issuer's id of them if it says nothing better. */
export function nameIn(claims: Claims): string {
  const given = [claims.name, claims.preferred_username, claims.email, claims.sub].filter(
    (one): one is string => typeof one === 'string' && one.trim() !== '',
  )
  const line = (given[0] ?? '').replace(/\p{C}+/gu, ' ').trim()
  return Array.from(line).slice(0, LONGEST_NAME).join('')
}

/** The roles that groups give, each once, in the order of the settings. */
export function rolesOf(groups: readonly string[], roles: readonly (readonly [string, string])[]): readonly string[] {
  return [...new Set(roles.filter(([group]) => groups.includes(group)).map(([, role]) => role))]
}
