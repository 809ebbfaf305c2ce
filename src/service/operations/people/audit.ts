import type { WriteCall } from '../calls/call.js'
import { actorOf, idOfPrincipal, type Principal } from '../calls/principal.js'

/**
 * What the audit log records, by name, and in words for people. What keys do to sessions all day, creating and changing
 * them, is not in it: sessions have events. Nor are deployments, which are kept for ever.
 */
export const ACTIONS = {
  'sign_in_link.created': 'made a link that signs in',
  'sign_in.succeeded': 'signed in',
  'sign_in.refused': 'was not signed in',
  'sign_in.ended': 'signed out',
  'sign_in.revoked': 'ended a sign-in',
  'api_key.created': 'made an API key',
  'api_key.revoked': 'revoked an API key',
  'webhook_endpoint.created': 'made a webhook endpoint',
  'webhook_endpoint.updated': 'changed a webhook endpoint',
  'webhook_endpoint.deleted': 'deleted a webhook endpoint',
  'webhook_delivery.resent': 'sent an event again',
  'flow.created': 'made a flow',
  'flow.updated': 'changed a flow',
  'flow.proposed': 'asked for a pull request for a flow',
  'flow.proposal_opened': 'got a pull request for a flow',
  'flow.archived': 'archived a flow',
  'flow.restored': 'restored a flow',
  'static_link.updated': 'switched or renewed a static link',
  'session.created': 'created a verification',
  'session.submitted': 'chose how an attempt ends',
  'session.canceled': 'canceled a verification',
  'session.redacted': 'redacted a verification',
  'session.reviewed': 'overrode the result of a verification',
  'session.value_shown': 'looked at a sensitive value',
  'file.downloaded': 'downloaded a file',
} as const

type Action = keyof typeof ACTIONS

export interface Act {
  readonly action: Action
  /** The id of what it was done to. */
  readonly object?: string | null
  /** A word or two more. Never anything that somebody who is verified said. */
  readonly detail?: string | null
  /** Who did it, if the caller does not say: somebody who is only signing in. */
  readonly by?: { readonly id: string | null; readonly name: string | null; readonly signIn?: string | null }
  /** By default the mode of the caller; null for what belongs to none. */
  readonly livemode?: boolean | null
}

/** What programs say of themselves is cut off here. */
export const LONGEST_AGENT = 200
const LONGEST_DETAIL = 200

/**
 * Records what the caller does, in the same transaction: there is no act without its record, and no record of what failed.
 * What a verifier elsewhere has to do is recorded when it is asked for. The service's own work is not recorded.
 */
export async function audit(
  call: WriteCall,
  { action, object, detail, by, livemode = call.livemode }: Act,
): Promise<void> {
  const { principal, now, id, tx, address, agent, request } = call
  if (by === undefined && !isSomebody(principal)) return
  await tx.auditLog.insert({
    id: id('audit'),
    created: now,
    livemode,
    action,
    actor: by === undefined ? idOf(principal) : by.id,
    actor_name: by === undefined ? actorOf(principal) : by.name,
    sign_in: by?.signIn ?? (principal.kind === 'person' ? (principal.signIn ?? null) : null),
    object: object ?? null,
    detail: detail?.slice(0, LONGEST_DETAIL) ?? null,
    address: address ?? null,
    agent: agent?.slice(0, LONGEST_AGENT) ?? null,
    request: request?.id ?? null,
  })
}

/** Records what only people are asked about: the same call by a key is not worth a record. */
export async function auditPerson(call: WriteCall, act: Act): Promise<void> {
  if (call.principal.kind === 'person') await audit(call, act)
}

function isSomebody({ kind }: Principal): boolean {
  return kind !== 'service' && kind !== 'visitor'
}

function idOf(principal: Principal): string | null {
  return principal.kind === 'local' ? localId(principal.name) : idOfPrincipal(principal)
}

/** The id of a user of the machine that the store is on. */
function localId(name: string | null): string {
  return `local:${name ?? 'local user'}`
}
