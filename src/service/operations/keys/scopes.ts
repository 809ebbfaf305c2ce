import type { ApiKey } from '../../../model/resources.js'

/** What a restricted key can be allowed to do. */
export const SCOPES = [
  'flows:read',
  'flows:write',
  'deployments:write',
  'sessions:read',
  'sessions:write',
  'reports:read',
  'events:read',
  'webhooks:read',
  'webhooks:write',
  'keys:admin',
] as const satisfies readonly Scope[]

export type Scope = NonNullable<ApiKey['scopes']>[number]

/** Write access includes read access. A deployment builds on the current flows, so it includes reading them. */
const IMPLIED: Partial<Record<Scope, Scope>> = {
  'flows:write': 'flows:read',
  'deployments:write': 'flows:read',
  'sessions:write': 'sessions:read',
  'webhooks:write': 'webhooks:read',
}

/** Whether a key with these scopes (null for a secret key) has the wanted scope. */
export function allows(scopes: readonly Scope[] | null, wanted: Scope): boolean {
  return scopes === null || scopes.some((scope) => scope === wanted || IMPLIED[scope] === wanted)
}
