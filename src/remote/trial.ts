import type { VerificationReport, VerificationSession } from '../model/resources.js'
import type { RemoteWriter } from './remote.js'

/**
 * The port to a flows API that is thrown away: of test mode, without any flow at first, for one run. People are verified
 * by the simulator at once. Nothing of it is written to a disk, and nothing reaches a network.
 */
export interface Trial extends Pick<RemoteWriter, 'deploy' | 'createSession' | 'submitSession'> {
  /** A session with all that a caller may ask for by name, and its last report; null before the first. */
  inspect(id: string): Promise<Inspected>
  /** After this it is gone. */
  close(): Promise<void>
}

interface Inspected {
  readonly session: VerificationSession
  readonly report: VerificationReport | null
}
