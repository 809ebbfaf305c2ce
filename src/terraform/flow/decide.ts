import type { ObservedFlow } from '../../model/state.js'
import type { Allowance } from '../../plan/allowance.js'
import { error, lastWrite } from '../diagnostics.js'
import type { Diagnostic } from '../framework/provider.js'
import type { Known } from '../known.js'
import type { ObjectValue } from '../wire/value.js'
import { changeIn, type Judged, planFor, type Wish } from './engine.js'
import { protectedFrom } from './judge.js'
import { keyTaken, matchNew, ofOtherProject } from './match.js'
import { isDoneAlready } from './origin.js'

/** Terraform's order for one flow: its state and its plan; either may be null. */
export interface Order {
  readonly prior: ObjectValue | null
  readonly planned: ObjectValue | null
}

export type Decision =
  | { readonly kind: 'write'; readonly wish: Wish; readonly judged: Judged }
  /** Everything is already as ordered; null if the order was to remove it. */
  | { readonly kind: 'done'; readonly flow: ObservedFlow | null }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] }

/** What to do for an order, given the service's current flows: they may have changed since the plan. */
export async function decide(order: Order, known: Known): Promise<Decision> {
  if (order.prior === null) return decideNew(order, known)
  const { prior, planned } = order
  const { flows, project, place } = known
  const flow = await flows.byId(String(prior.id))
  if (planned === null && isGone(flow, project)) return { kind: 'done', flow: null }
  if (flow === undefined || flow.status === 'archived') return refuse(gone(prior, flow))
  if (flow.project !== null && flow.project !== project) return refuse(ofOtherProject(flow))
  const base = Number(prior.version)
  if (flow.version !== base) {
    const isDone = planned !== null && (await isDoneAlready(await flows.reader(), flow, planned, { place, base }))
    return isDone ? { kind: 'done', flow } : refuse(movedOn(flow, base))
  }
  const holder = planned === null || planned.key === flow.key ? undefined : await flows.byKey(String(planned.key))
  return holder === undefined ? write({ flow, planned }, known) : refuse(keyTaken(holder, project))
}

/** Destroying means archiving. A flow without a project is not this project's to archive. */
function isGone(flow: ObservedFlow | undefined, project: string): boolean {
  return flow === undefined || flow.project === null || (flow.project === project && flow.status === 'archived')
}

async function decideNew({ planned }: Order, known: Known): Promise<Decision> {
  const match = await matchNew(String(planned?.key), known)
  if (match.kind === 'refused') return refuse(match.diagnostic)
  if (match.kind === 'left_behind') known.journal.takeOver()
  return write({ flow: match.kind === 'free' ? null : match.flow, planned }, known)
}

async function write(wish: Wish, { flows, project }: Known): Promise<Decision> {
  const state = await flows.state()
  const plan = (allow?: readonly Allowance[]) => planFor([wish], state, project, allow)
  const judged = changeIn(plan(), plan)
  if (judged === null) return { kind: 'done', flow: wish.flow }
  return judged.isProtected ? refuse(protectedFrom(judged.change)) : { kind: 'write', wish, judged }
}

function refuse(diagnostic: Diagnostic): Decision {
  return { kind: 'refused', diagnostics: [diagnostic] }
}

export function movedOn(flow: Pick<ObservedFlow, 'key' | 'version' | 'updated' | 'updated_by'>, base: number | null) {
  const planned = base === null ? 'None had this key when it was planned' : `It was planned on version ${base}`
  const detail = `${planned}; last written by ${lastWrite(flow)}. Nothing was written to it. Plan again: that shows what changed.`
  return error(`The flow "${flow.key}" was changed since this was planned`, detail)
}

function gone(prior: ObjectValue, flow: ObservedFlow | undefined): Diagnostic {
  const how = flow === undefined ? 'The service does not have it any more' : `Archived by ${lastWrite(flow)}`
  return error(
    `The flow "${String(prior.key)}" is gone since this was planned`,
    `${how}. Nothing was written. Plan again: then it is made or restored.`,
  )
}
