import type { ObservedFlow, ObservedState } from '../../model/state.js'
import type { Allowance } from '../../plan/allowance.js'
import { SWITCHES } from '../../plan/assurance.js'
import type { Connection } from '../connection.js'
import { attribute, hasError, warning } from '../diagnostics.js'
import type { Diagnostic } from '../framework/provider.js'
import { type ObjectValue, UNKNOWN } from '../wire/value.js'
import { atStripe } from './at-stripe.js'
import { changeIn, planFor, type Wish } from './engine.js'
import { judgements } from './judge.js'
import { heldTwice, keyTaken, matchNew, namedTwice, ofOtherProject } from './match.js'
import { configOf } from './state.js'

/**
 * What the plan can already say about a change: that apply would be refused, and its effect on the verification. Reads
 * observed flows only, and ignores values that are not known yet.
 */
export async function examine(
  prior: ObjectValue | null,
  planned: ObjectValue | null,
  connection: Connection,
): Promise<Diagnostic[]> {
  const { key } = planned ?? {}
  const isNamed = typeof key === 'string'
  if (isNamed && !connection.claims.names(key)) return [namedTwice(key)]
  if (prior !== null) return examineKnown(prior, planned, connection)
  return planned !== null && isNamed ? examineNew(key, planned, connection) : []
}

async function examineNew(key: string, planned: ObjectValue, connection: Connection): Promise<Diagnostic[]> {
  const { claims, project } = connection
  const match = await matchNew(key, connection)
  if (match.kind === 'free') return examineChange({ flow: null, planned }, connection)
  const isTaken = match.flow.project === project && !claims.takes(match.flow.id)
  if (isTaken) return [heldTwice(key)]
  if (match.kind === 'refused') return [match.diagnostic]
  const told = await examineChange({ flow: match.flow, planned }, connection)
  return hasError(told) ? told : [(match.kind === 'restored' ? restored : takenOver)(match.flow), ...told]
}

function restored({ id, key }: ObservedFlow): Diagnostic {
  const detail = `${id} was archived. It comes back with its sessions and its static link, as this resource says.`
  return warning(`An archived flow with the key "${key}" is restored`, detail, [attribute('key')])
}

function takenOver({ id, key }: ObservedFlow): Diagnostic {
  const detail = `${id} was made by an apply here that was cut short, so that the state does not have it.`
  return warning(`A flow with the key "${key}" is there already and taken over`, detail, [attribute('key')])
}

async function examineKnown(
  prior: ObjectValue,
  planned: ObjectValue | null,
  connection: Connection,
): Promise<Diagnostic[]> {
  const { flows, claims, project } = connection
  const id = String(prior.id)
  if (!claims.holds(id)) return [heldTwice(String(prior.key))]
  const flow = await flows.byId(id)
  // Gone since it was read: apply will report that if it matters.
  if (flow === undefined || flow.status === 'archived') return []
  if (flow.project !== null && flow.project !== project) return [ofOtherProject(flow)]
  if (planned === null && flow.project === null) return [leftAlone(flow.key)]
  if (planned === null) return examineChange({ flow, planned }, connection)
  const { key } = planned
  const holder = typeof key === 'string' && key !== flow.key ? await flows.byKey(key) : undefined
  if (holder !== undefined) return [keyTaken(holder, project)]
  return examineChange({ flow, planned }, connection)
}

function leftAlone(key: string): Diagnostic {
  const detail = 'Nobody manages it, so it is not archived: only this state forgets it.'
  return warning(`The flow "${key}" is left as it is`, detail)
}

async function examineChange(wish: Wish, { flows, project }: Connection): Promise<Diagnostic[]> {
  const { planned } = wish
  if (planned !== null && (planned.key === UNKNOWN || configOf(planned) === null)) return []
  const state = await flows.state()
  // A planned version that is known means that nothing will be written.
  const isToWrite = planned === null || planned.version === UNKNOWN
  if (!isToWrite && runsEverything(state)) return []
  const plan = (allow?: readonly Allowance[]) => planFor([wish], state, project, allow)
  const bare = plan()
  const told = planned === null ? [] : atStripe(bare)
  if (!isToWrite) return told
  const judged = changeIn(bare, plan)
  return judged === null ? told : [...judgements(judged), ...told]
}

/** Whether nothing can be said about a flow that is as it should be: any check can be run, and no flow is bound to another. */
function runsEverything({ verifier }: ObservedState): boolean {
  if (verifier === null || verifier === undefined) return true
  return !verifier.has_flows && SWITCHES.every(({ check }) => verifier.checks.includes(check))
}
