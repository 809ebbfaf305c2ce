import { ApiError } from '../../api-error.js'
import type { Caller } from '../../operations/calls/call.js'
import { allows, type Scope } from '../../operations/keys/scopes.js'

/** What a route asks of the key that it is called with. */
export interface Needs {
  /** Null where every valid key may ask. */
  readonly scope: Scope | null
  /** Only keys of the test mode may call it. */
  readonly testOnly?: boolean
  /** Keys made for one session may call it, for that session. */
  readonly ofOneSession?: boolean
}

/**
 * The one place where keys are held to what they may do. `id` is the object in the path. Throws 403, or 400 with a live key
 * where only test keys may go.
 */
export function authorise({ key, livemode }: Caller, { scope, testOnly, ofOneSession }: Needs, id: string): void {
  if (key?.session !== undefined) {
    if (ofOneSession && id === key.session) return
    const message = 'This ephemeral key may read the verification session that it was made for, and nothing else.'
    throw new ApiError(403, { code: 'scope_missing', message })
  }
  if (scope !== null && key !== undefined && !allows(key.scopes, scope)) {
    const message = `This API key lacks the scope ${scope}. A restricted key may do what its scopes say, and nothing else.`
    throw new ApiError(403, { code: 'scope_missing', message })
  }
  if (testOnly && livemode) {
    const message = 'This is there in test mode only: use a key of the test mode.'
    throw new ApiError(400, { code: 'livemode_mismatch', message })
  }
}
