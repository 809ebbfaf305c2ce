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

/** The scopes of a role by its name; none for a name that is not known, as after a change of the roles. */
export function scopesOfRole(role: string): readonly Scope[] | null {
  return Object.hasOwn(ROLES, role) ? ROLES[role as Role] : []
}
