/** Who a person is, as whoever signed them in said. */
interface PersonRecord {
  /** "local:anna", or the issuer's id of the person. */
  readonly person: string
  readonly name: string
  /** The role, by its name: see service/operations/people/roles.ts. */
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
}

export interface SignInReads {
  byHash(hash: string): Promise<SignInRecord | undefined>
}

export interface SignInWrites {
  insertLink(link: SignInLinkRecord): Promise<void>
  /** Deletes a link, and answers it: of two callers at once only one gets it. */
  takeLink(hash: string): Promise<SignInLinkRecord | undefined>
  insert(signIn: SignInRecord): Promise<void>
  touch(hash: string, at: number): Promise<void>
  delete(hash: string): Promise<void>
  /** Drops links and sign-ins that expired before a time, and sign-ins that were last seen before another one. */
  forget(expired: number, unseen: number): Promise<void>
}
