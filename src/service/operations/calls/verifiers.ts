import type { HostedPage } from '../../../verifier/hosted-page.js'
import type { Verifier } from '../../../verifier/verifier.js'

/** A verifier whose sessions are on the other side of a network. */
export type RemoteVerifier = Verifier & { readonly page: null }

/** Who verifies people: at most one verifier for the new sessions of each mode. */
export interface Verifiers {
  /** The one that new sessions of the mode are verified by; none where nobody can be verified. */
  of(livemode: boolean): Verifier | undefined
  /** The page for sessions of the mode that are verified in this service; none where that is done elsewhere only. */
  pageOf(livemode: boolean): HostedPage | undefined
  /** The one that sessions are read at which are verified in this service. */
  hosted(livemode: boolean): Verifier | undefined
  /** The one on the other side of a network that a session was opened by. */
  remote(name: string): RemoteVerifier | undefined
  /** The lanes of work for those: each has one for each mode. */
  readonly lanes: readonly string[]
}

export function verifiersOf(verifiers: readonly Verifier[]): Verifiers {
  const remotes = verifiers.filter((verifier): verifier is RemoteVerifier => verifier.page === null)
  const hosted = (livemode: boolean) => verifiers.find((one) => one.page !== null && one.serves(livemode))
  return {
    of: (livemode) => verifiers.find((verifier) => verifier.serves(livemode)),
    pageOf: (livemode) => hosted(livemode)?.page ?? undefined,
    hosted,
    remote: (name) => remotes.find((verifier) => verifier.name === name),
    lanes: remotes.flatMap(({ name }) => [false, true].map((livemode) => laneOf(name, livemode))),
  }
}

/** The modes of one verifier are two accounts: what holds one up need not hold up the other. */
export function laneOf(verifier: string, livemode: boolean): string {
  return `${verifier}:${livemode ? 'live' : 'test'}`
}
