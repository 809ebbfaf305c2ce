/** What signs people in elsewhere: an issuer of OpenID Connect. */
export interface IdentityProvider {
  /** Its host, for people. */
  readonly name: string
  /** Whether it answers now; one that did not a moment ago is not asked again at once. */
  isReachable(): Promise<boolean>
  /** Where a browser goes to sign in. `again` asks for a new proof of who the person is. Throws SignInFault. */
  begin(request: { readonly callback: string; readonly again: boolean }): Promise<Begun>
  /** Who came back, by the whole address that they came back to. Throws SignInFault. */
  finish(address: URL, pending: Pending): Promise<Identity>
  /** Where a browser goes to be signed out there too; null if there is no such place, or it is not known now. */
  signOutAddress(returnTo: string): Promise<string | null>
}

interface Begun {
  readonly address: string
  readonly pending: Pending
}

/** What the browser keeps until it comes back, so that no other browser can come in its place. */
export interface Pending {
  readonly state: string
  readonly nonce: string
  /** The secret of PKCE. */
  readonly verifier: string
  readonly again: boolean
}

export interface Identity {
  /** The issuer's id of the person: stable, and never given to another one. */
  readonly subject: string
  readonly name: string
  /** The names of the roles that the groups of the person give. */
  readonly roles: readonly string[]
  /** When the person last proved there who they are, in unix seconds; null if the issuer does not say. */
  readonly authenticated: number | null
}

/** Why nobody is signed in. `reason` is a code without anything about the person. */
export class SignInFault extends Error {
  override readonly name = 'SignInFault'
  readonly kind: 'unreachable' | 'refused'
  readonly reason: string

  constructor(kind: SignInFault['kind'], reason: string, options: ErrorOptions = {}) {
    super(`sign-in ${kind}: ${reason}`, options)
    this.kind = kind
    this.reason = reason
  }
}
