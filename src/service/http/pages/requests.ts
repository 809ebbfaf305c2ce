import type { FastifyRequest } from 'fastify'
import { firstCharacters } from '../../../validate/text-length.js'
import type { Caller } from '../../operations/calls/call.js'
import { VISITOR } from '../../operations/calls/principal.js'
import { LONGEST_TEXT } from '../../operations/sessions/session-params.js'

/** Visitors of a page are anonymous; the flow or session in its address decides the mode. */
export const NOBODY: Caller = { livemode: false, principal: VISITOR }

export function visitorOf({ id }: FastifyRequest): Caller {
  return { ...NOBODY, request: { id, idempotency_key: null } }
}

export function tokenOf({ params }: FastifyRequest): string {
  return (params as { token: string }).token
}

/** The texts of a form. One that is too long keeps one character too many, and is refused where it is looked at. */
export function fieldsOf({ body }: FastifyRequest): Readonly<Record<string, string>> {
  const texts = Object.entries((body ?? {}) as Record<string, unknown>).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, firstCharacters(value, LONGEST_TEXT + 1)] as const] : [],
  )
  return Object.fromEntries(texts)
}
