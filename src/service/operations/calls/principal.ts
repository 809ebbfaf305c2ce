import type { FlowBinding } from '../../../store/flows.js'
import { allows, type Scope } from '../keys/scopes.js'

/**
 * Who asks. One kind for each way to prove it, so that rights are checked in one place (`authorise`) for keys,
 * signed-in people, and users of the machine that the store is on.
 */
export type Principal =
  /** Scopes are null for a secret key, which may do everything. */
  | {
      readonly kind: 'key'
      readonly id: string
      readonly name: string
      readonly scopes: readonly Scope[] | null
      /** The flows that it reaches, with what belongs to them; null for everything. */
      readonly binding?: FlowBinding | null
      /** The addresses that it may be used from; null for all. */
      readonly addresses?: readonly string[] | null
    }
  /** A key that was made for one session: it may read that, and nothing else. */
  | { readonly kind: 'ephemeral_key'; readonly id: string; readonly session: string }
  /** A signed-in person. Scopes as for a key. */
  | {
      readonly kind: 'person'
      readonly id: string
      readonly name: string
      readonly scopes: readonly Scope[] | null
      /** The sign-in that proves it, for the audit log. */
      readonly signIn?: string
    }
  /** A user of the machine that the store is on, who could read it anyway. */
  | { readonly kind: 'local'; readonly name: string | null }
  /** A visitor of a page for people who are verified: the page's address decides what they may see. */
  | { readonly kind: 'visitor' }
  /** The service itself, in the background. */
  | { readonly kind: 'service' }

export const VISITOR: Principal = { kind: 'visitor' }
export const SERVICE: Principal = { kind: 'service' }

export function localUser(name: string | null): Principal {
  return { kind: 'local', name }
}

/** The name that a change is recorded under: that of a key or a person. */
export function actorOf(principal: Principal): string | null {
  return 'name' in principal ? principal.name : null
}

/** A stable id of the caller; null if the kind of caller has none. */
export function idOfPrincipal(principal: Principal): string | null {
  return 'id' in principal ? principal.id : null
}

/** What the caller may do; null for everything. */
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

/** Whether the caller has direct access to the store, with both modes. */
export function isAtTheStore({ kind }: Principal): boolean {
  return kind === 'local' || kind === 'service'
}
