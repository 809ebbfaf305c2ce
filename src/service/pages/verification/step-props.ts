import type { Step, StepName } from '../../../verifier/hosted-page.js'
import type { OpenSession } from '../../operations/sessions/hosted/hosted-sessions.js'
import type { Look } from '../look.js'
import type { Fault } from './fields.js'

/** What the form of a step shows. */
export interface StepProps<Name extends StepName = StepName> {
  readonly look: Look
  readonly session: OpenSession
  readonly step: Extract<Step, { name: Name }>
  readonly faults: readonly Fault[]
  readonly typed: Readonly<Record<string, string>>
}
