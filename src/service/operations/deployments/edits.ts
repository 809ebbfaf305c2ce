import { editsLeft } from '../../../model/bound/edits-left.js'
import { canonicalJson, compareText } from '../../../model/canonical.js'
import type { DeployedChange, DeployedEdit } from '../../../model/schema-types.js'
import type { WriteCall } from '../calls/call.js'

/**
 * What is left for a person to edit at Stripe, as far as sessions have shown: all of the project's active flows, also those
 * that a deployment does not change.
 */
export async function editsLeftIn(call: WriteCall, project: string): Promise<DeployedEdit[]> {
  const { tx, livemode } = call
  if (!hasFlows(call)) return []
  const sightings = new Map((await tx.flows.sightings(livemode)).map((one) => [one.stripe_flow, one]))
  const bound = await tx.flows.boundTo(livemode, [...sightings.keys()])
  return bound
    .filter((flow) => flow.project === project && flow.status === 'active')
    .sort((a, b) => compareText(a.key, b.key))
    .flatMap(({ id, key, config }) => {
      const sighting = sightings.get(config.stripe_flow ?? '')
      if (sighting === undefined) return []
      const { stripe_flow, session, created } = sighting
      return editsLeft(config, sighting).map(
        (edit): DeployedEdit => ({
          id,
          key,
          stripe_flow,
          ...edit,
          session,
          seen: created,
          status: 'open',
          made_in: null,
          made: null,
          superseded_by: null,
        }),
      )
    })
}

/** Ends the edits of earlier deployments which these changes do not ask for any more. */
export async function supersedeEdits(
  call: WriteCall,
  deployment: string,
  changes: readonly DeployedChange[],
  edits: readonly DeployedEdit[],
): Promise<void> {
  const { tx, livemode } = call
  if (!hasFlows(call)) return
  const named = changes.flatMap(({ before, after }) => [before?.stripe_flow, after.stripe_flow])
  const wanted = new Set(edits.map(nameOf))
  for (const stripe_flow of new Set(named)) {
    if (stripe_flow === undefined) continue
    for (const edit of await tx.deployments.openEdits(livemode, stripe_flow)) {
      if (wanted.has(nameOf({ stripe_flow, ...edit }))) continue
      await tx.deployments.editSuperseded(livemode, stripe_flow, edit, deployment)
    }
  }
}

function nameOf({ stripe_flow, path, defined }: Pick<DeployedEdit, 'stripe_flow' | 'path' | 'defined'>): string {
  return canonicalJson([stripe_flow, path, defined])
}

/** Whether the verifier of the mode has flows of its own. */
function hasFlows({ verifiers, livemode }: WriteCall): boolean {
  return verifiers.of(livemode)?.page === null
}
