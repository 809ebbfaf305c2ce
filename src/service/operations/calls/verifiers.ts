import type { HostedPage } from '../../../verifier/hosted-page.js'
import type { Verifier } from '../../../verifier/verifier.js'

/** A verifier whose sessions are kept elsewhere, across a network. */
export type RemoteVerifier = Verifier & { readonly page: null }

/** Who verifies people: at most one verifier for the new sessions of each mode. */
export interface Verifiers {
  /** The verifier for new sessions of the mode; none if the mode cannot verify. */
  of(livemode: boolean): Verifier | undefined
  /** The page for sessions that this service verifies itself; none if all are verified elsewhere. */
  pageOf(livemode: boolean): HostedPage | undefined
  /** The verifier for sessions that this service verifies itself. */
  hosted(livemode: boolean): Verifier | undefined
  /** The remote verifier with this name, which a session records. */
  remote(name: string): RemoteVerifier | undefined
  readonly remotes: readonly RemoteVerifier[]
  /** The lanes of work for remote verifiers: one per verifier and mode. */
  readonly lanes: readonly string[]
}

export function verifiersOf(verifiers: readonly Verifier[]): Verifiers {
  const remotes = verifiers.filter((verifier): verifier is RemoteVerifier => verifier.page === null)
  const hosted = (livemode: boolean) => verifiers.find((one) => one.page !== null && one.serves(livemode))
  return {
    of: (livemode) => verifiers.find((verifier) => verifier.serves(livemode)),
    pageOf: (livemode) => hosted(livemode)?.page ?? undefined,
    hosted,
    remotes,
    remote: (name) => remotes.find((verifier) => verifier.name === name),
    lanes: remotes.flatMap(({ name }) => [false, true].map((livemode) => laneOf(name, livemode))),
  }
}

/** The two modes of a verifier are two accounts: a delay in one must not delay the other. */
export function laneOf(verifier: string, livemode: boolean): string {
  return `${verifier}:${livemode ? 'live' : 'test'}`
}
