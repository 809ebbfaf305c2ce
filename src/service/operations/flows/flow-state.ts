import { compareText, digestOf } from '../../../model/canonical.js'
import type { HeldConfigs, ModeVerifier, ObservedFlow, ObservedState } from '../../../model/state.js'
import type { FlowRecord, Sighting } from '../../../store/flows.js'
import type { ReadCall } from '../calls/call.js'
import { lastDays } from '../figures/last-days.js'
import { bindingOf, isWithin, mayName, refuseOtherProject } from '../keys/binding.js'
import { checkKey } from './check-key.js'
import { linkUrl } from './flows.js'

export type FlowState =
  | { readonly status: 'not_modified'; readonly etag: string }
  | { readonly status: 'modified'; readonly etag: string; readonly state: ObservedState }

/** Increase it when the shape of the answer changes: tags of the old shape must not match the new one. */
const SHAPE = 6

/**
 * Everything that a plan of this project needs, with a strong tag over it (usage figures are outside the tag). If
 * `known` is still the tag, one small query answers and no flows are read. `held`: see `FlowReads.all`.
 */
export async function flowState(
  call: ReadCall,
  project: string,
  { known, held }: { readonly known?: string | undefined; readonly held?: HeldConfigs | undefined } = {},
): Promise<FlowState> {
  const { tx, livemode, now, principal } = call
  checkKey(project, 'project')
  refuseOtherProject(principal, project, 'project')
  const { etag, store, verifier, sightings, binding } = await tagged(call, project)
  if (known === etag) return { status: 'not_modified', etag }
  const sessions = await tx.sessionCounts.everyFlow(livemode, lastDays(now))
  const flows = await tx.flows.all(
    livemode,
    (flow) =>
      isWithin(principal, flow)
        ? toObserved(call, flow, sessions.get(flow.id) ?? 0, sightingOf(flow, sightings))
        : undefined,
    held,
  )
  const last = await tx.deployments.last(livemode, project)
  const left = last === null ? [] : await tx.deployments.edits(last)
  const edits = left.filter(({ key }) => mayName(principal, key))
  const state = {
    livemode,
    store: store === '' ? null : store,
    last_deployment: last,
    verifier,
    flows: flows.sort((a, b) => compareText(a.key, b.key)),
    ...(edits.length > 0 && { edits }),
    ...(binding && { bound_to: { project: binding.project, flows: binding.keys } }),
  }
  return { status: 'modified', etag, state }
}

/**
 * The tag that `flowState` would answer with now, in this transaction; and whether nothing was ever written to any flow of
 * the mode, as in a store that is not there yet.
 */
export async function stateTag(call: ReadCall, project: string): Promise<{ etag: string; isEmpty: boolean }> {
  const { etag, revision } = await tagged(call, project)
  return { etag, isEmpty: revision === 0 }
}

/** The tag, and the parts of the state that it is made of. */
async function tagged(call: ReadCall, project: string) {
  const { tx, livemode, publicUrl, principal } = call
  const { store_id: store, revision, nonce } = await tx.state.tag(livemode)
  const verifier = verifierOf(call)
  const sightings = (await tx.flows.sightings(livemode)).sort((a, b) => compareText(a.stripe_flow, b.stripe_flow))
  // Keys with other bindings see other flows.
  const binding = bindingOf(principal)
  const of = [SHAPE, store, livemode, project, publicUrl, revision, nonce, verifier, sightings]
  const etag = `"${digestOf([...of, ...(binding ? [binding] : [])]).slice(0, 40)}"`
  return { etag, store, revision, verifier, sightings, binding }
}

function verifierOf({ verifiers, livemode }: ReadCall): ModeVerifier | null {
  const verifier = verifiers.of(livemode)
  return verifier ? { name: verifier.name, checks: verifier.checks, has_flows: verifier.page === null } : null
}

type ObservedSighting = NonNullable<ObservedFlow['sighting']>

function sightingOf({ config }: FlowRecord, sightings: readonly Sighting[]): ObservedSighting | undefined {
  const found = sightings.find((one) => one.stripe_flow === config.stripe_flow)
  if (found === undefined) return undefined
  const { livemode: _, ...sighting } = found
  return sighting
}

/** A flow as a plan sees it. */
export function toObserved(
  call: ReadCall,
  flow: FlowRecord,
  sessions: number,
  sighting?: ObservedSighting,
): ObservedFlow {
  return {
    id: flow.id,
    key: flow.key,
    project: flow.project,
    status: flow.status,
    version: flow.version,
    config: flow.config,
    applied: flow.applied,
    applied_status: flow.applied_status,
    applied_key: flow.applied_key,
    updated: flow.updated,
    updated_by: flow.updated_by,
    static_link_url: linkUrl(call, flow),
    sessions_last_30_days: sessions,
    ...(sighting !== undefined && { sighting }),
  }
}
