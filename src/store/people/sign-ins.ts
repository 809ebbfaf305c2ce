/** Who a person is, as whoever signed them in said. */
interface PersonRecord {
  /** "local:anna", or "oidc:" and the issuer's id of the person. */
  readonly person: string
  readonly name: string
  /** The roles by their names, with spaces between: see service/operations/people/roles.ts. */
  readonly role: string
}

/** A link that signs one person in, once. */
export interface SignInLinkRecord extends PersonRecord {
  /** SHA-256 of the link's secret in hex. The secret itself is not stored. */
  readonly hash: string
  readonly created: number
  /** From this time on the link is refused. */
  readonly expires: number
}

/** A browser in which somebody is signed in. */
export interface SignInRecord extends PersonRecord {
  /** SHA-256 of the cookie's secret in hex. The secret itself is not stored. */
  readonly hash: string
  readonly created: number
  /** When the browser last asked for a page, to the minute. */
  readonly seen: number
  /** From this time on it is refused, however often it is used. */
  readonly expires: number
  readonly method: 'link' | 'oidc'
  /** When the person last proved who they are; null if that is not known. */
  readonly authenticated: number | null
  /** Where the browser was when it signed in, and what it said of itself. */
  readonly address: string | null
  readonly agent: string | null
}

/** Sign-ins that neither end before a time nor were last seen before another one. */
interface Current {
  readonly now: number
  readonly seenSince: number
}

export interface SignInReads {
  byHash(hash: string): Promise<SignInRecord | undefined>
  /** The last seen first; of one person only if one is given. */
  current(current: Current, person: string | undefined, limit: number): Promise<readonly SignInRecord[]>
}

export interface SignInWrites {
  insertLink(link: SignInLinkRecord): Promise<void>
  /** Deletes a link, and answers it: of two callers at once only one gets it. */
  takeLink(hash: string): Promise<SignInLinkRecord | undefined>
  insert(signIn: SignInRecord): Promise<void>
  touch(hash: string, at: number): Promise<void>
  /** Answers what it deleted. */
  delete(hash: string): Promise<SignInRecord | undefined>
  deleteOf(person: string): Promise<void>
  /** Drops links and sign-ins that expired before a time, and sign-ins that were last seen before another one. */
  forget(expired: number, unseen: number): Promise<void>
}
