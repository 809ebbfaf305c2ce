import type { Scope } from '../keys/scopes.js'

/**
 * What people may do in the dashboard. A role is a set of scopes, so a page asks for the same as a key needs for the
 * same data. A viewer sees no personal data: reading reports is what shows it.
 */
const ROLES = {
  viewer: ['flows:read', 'sessions:read'],
  analyst: ['flows:read', 'sessions:write', 'reports:read', 'events:read'],
  editor: ['flows:write', 'sessions:read'],
  admin: null,
} as const satisfies Readonly<Record<string, readonly Scope[] | null>>

export type Role = keyof typeof ROLES

export const ROLE_NAMES = Object.keys(ROLES) as readonly Role[]

export function isRole(name: string): name is Role {
  return Object.hasOwn(ROLES, name)
}

/**
 * What somebody with these roles may do together, given by name with spaces between. A name that is not known gives
 * nothing, as after a change of the roles.
 */
export function scopesOfRoles(roles: string): readonly Scope[] | null {
  const all = roles.split(' ').map((name) => (isRole(name) ? ROLES[name] : []))
  return all.includes(null) ? null : [...new Set(all.flatMap((scopes) => scopes ?? []))]
}
