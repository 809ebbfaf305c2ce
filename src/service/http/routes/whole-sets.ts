import type { Needs } from '../../operations/calls/authorise.js'

/** A route whose answer is no plain object: its handler is written out. */
export type SpecialRoute = Needs & { readonly method: 'GET' | 'POST'; readonly url: string; readonly summary: string }

export const FLOW_STATE = {
  method: 'GET',
  url: '/v2/identity/flow_state',
  scope: 'flows:read',
  summary: 'Retrieve all that a plan needs',
} as const satisfies SpecialRoute

export const DEPLOY = {
  method: 'POST',
  url: '/v2/identity/flow_deployments',
  scope: 'deployments:write',
  summary: 'Deploy a set of changes, all or nothing',
} as const satisfies SpecialRoute

export const SPECIAL_ROUTES: readonly SpecialRoute[] = [FLOW_STATE, DEPLOY]
