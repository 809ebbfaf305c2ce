/** What a restricted key can be allowed to do. To write is also to read. */
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
] as const

export type Scope = (typeof SCOPES)[number]
