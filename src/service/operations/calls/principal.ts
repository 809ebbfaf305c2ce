import { allows, type Scope } from '../keys/scopes.js'

/**
 * Who asks. One kind for each way of proving it, so that what somebody may do is asked in one place (`authorise`), whether
 * they come with a key, signed in, or from the machine that the store is on.
 */
export type Principal =
  /** Scopes are null for a secret key, which may do all. */
  | { readonly kind: 'key'; readonly id: string; readonly name: string; readonly scopes: readonly Scope[] | null }
  /** A key that was made for one session: it may read that, and nothing else. */
  | { readonly kind: 'ephemeral_key'; readonly id: string; readonly session: string }
  /** Somebody who signed in. Scopes as those of a key. */
  | { readonly kind: 'person'; readonly id: string; readonly name: string; readonly scopes: readonly Scope[] | null }
  /** Whoever uses the machine that the store is on, and could read it anyway. */
  | { readonly kind: 'local'; readonly name: string | null }
  /** Whoever opens a page for people who are verified: the page's address says what they may see. */
  | { readonly kind: 'visitor' }
  /** The service itself, in the background. */
  | { readonly kind: 'service' }

export const VISITOR: Principal = { kind: 'visitor' }
export const SERVICE: Principal = { kind: 'service' }

export function localUser(name: string | null): Principal {
  return { kind: 'local', name }
}

/** Who a change is recorded for: the name of a key or a person. */
export function actorOf(principal: Principal): string | null {
  return 'name' in principal ? principal.name : null
}

/** Names who asks for as long as they are known; null for those who are not told apart. */
export function idOfPrincipal(principal: Principal): string | null {
  return 'id' in principal ? principal.id : null
}

/** What somebody may do; null for all of it. */
export function scopesOf(principal: Principal): readonly Scope[] | null {
  switch (principal.kind) {
    case 'key':
    case 'person':
      return principal.scopes
    case 'local':
    case 'service':
      return null
    case 'ephemeral_key':
    case 'visitor':
      return []
  }
}

export function may(principal: Principal, scope: Scope): boolean {
  return allows(scopesOf(principal), scope)
}

/** Whether somebody has all of the store in their hands, of both modes. */
export function isAtTheStore({ kind }: Principal): boolean {
  return kind === 'local' || kind === 'service'
}
