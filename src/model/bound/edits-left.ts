import type { FlowConfig } from '../flow.js'
import type { Leaf } from '../leaves.js'
import type { Sighting } from '../state.js'
import { checkLeaves, compareChecks } from './shown-checks.js'

/** A field of a flow at Stripe that a person has to edit, because no API does. */
export interface EditLeft {
  /** JSON Pointer, as in a definition: "/options/document/require_live_capture". */
  readonly path: string
  /** The value at Stripe. */
  readonly observed: Leaf
  /** The value that the definition gives it. */
  readonly defined: Leaf
}

/** In which fields the flow at Stripe, as a session showed it, is not what the definition says; in a definition's order. */
export function editsLeft(
  config: Pick<FlowConfig, 'type' | 'options'>,
  { options }: Pick<Sighting, 'options'>,
): EditLeft[] {
  return compareChecks({ type: 'verification_flow', options }, config).map(({ path, before, after }) => {
    return { path, observed: before, defined: after }
  })
}

/** Those of some edits that a session shows to be made. */
export function editsMade<Edit extends Pick<EditLeft, 'path' | 'defined'>>(
  edits: readonly Edit[],
  { options }: Pick<Sighting, 'options'>,
): Edit[] {
  const shown = checkLeaves({ type: 'verification_flow', options })
  return edits.filter(({ path, defined }) => JSON.stringify(shown.get(path) ?? null) === JSON.stringify(defined))
}
