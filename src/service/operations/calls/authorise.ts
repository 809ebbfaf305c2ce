import { ApiError } from '../../api-error.js'
import { beyondBinding, bindingOf, refuseAddress } from '../keys/binding.js'
import type { Scope } from '../keys/scopes.js'
import type { Caller } from './call.js'
import { may } from './principal.js'

/** What a route or a page requires of its caller. */
export interface Needs {
  /** Null if every identified caller may ask. */
  readonly scope: Scope | null
  /** It exists in test mode only. */
  readonly testOnly?: boolean
  /** An ephemeral key may call it, for its own session only. */
  readonly ofOneSession?: boolean
  /** A key that is bound to a project or to flows may call it: what it does keeps within the binding. */
  readonly keepsBinding?: boolean
}

/**
 * The one gate: the only place that checks what a caller may do, for every kind of caller and every way in. `id` is the
 * object in the path. A route that does not say that it keeps within bindings is closed to keys that have one. Throws
 * 403, or 400 in live mode if only test mode is permitted.
 */
export function authorise({ principal, livemode, address }: Caller, needs: Needs, id: string): void {
  const { scope, testOnly, ofOneSession, keepsBinding } = needs
  refuseAddress(principal, address)
  if (principal.kind === 'ephemeral_key') {
    if (ofOneSession && id === principal.session) return
    const message = 'This ephemeral key may read the verification session that it was made for, and nothing else.'
    throw new ApiError(403, { code: 'scope_missing', message })
  }
  if (scope !== null && !may(principal, scope)) {
    const message =
      principal.kind === 'key'
        ? `This API key lacks the scope ${scope}. A restricted key may do what its scopes say, and nothing else.`
        : `This takes the scope ${scope}.`
    throw new ApiError(403, { code: 'scope_missing', message })
  }
  if (!keepsBinding && bindingOf(principal) !== null) throw beyondBinding(principal)
  if (testOnly && livemode) {
    const message = 'This is there in test mode only: use a key of the test mode.'
    throw new ApiError(400, { code: 'livemode_mismatch', message })
  }
}
