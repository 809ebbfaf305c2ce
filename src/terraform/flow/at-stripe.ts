import { toDotted } from '../../model/json-pointer.js'
import type { Plan } from '../../model/plan.js'
import type { ObservedState } from '../../model/state.js'
import { type BoundFlow, outstanding } from '../../plan/bound.js'
import { formatTime, formatValue } from '../../text/text.js'
import { attribute, error, pathOf, sentence, warning } from '../diagnostics.js'
import type { Diagnostic } from '../framework/provider.js'
import { UNKNOWN } from '../wire/value.js'
import { planFor, type Wish } from './engine.js'
import { configOf } from './state.js'

/**
 * What the verifier of the service cannot check for a flow, and what a person has to edit in Stripe's Dashboard because
 * Terraform cannot write there. Nothing as long as values are not known.
 */
export function atStripe(wish: Wish, state: ObservedState, project: string): Diagnostic[] {
  const { planned } = wish
  if (planned === null || planned.key === UNKNOWN || configOf(planned) === null) return []
  const { conflicts, bound = [] } = planFor([wish], state, project)
  return [
    ...conflicts.filter(({ code }) => code === 'CHECK_UNAVAILABLE').map(unavailable),
    ...outstanding({ bound }).map(toEdit),
  ]
}

function unavailable({ message, hint, path }: Plan['conflicts'][number]): Diagnostic {
  return error(sentence(message), `${sentence(hint)}.`, pathOf(path ?? ''))
}

function toEdit({ key, stripe_flow, session, seen, fields }: BoundFlow): Diagnostic {
  const edits = fields.map(({ path, observed, defined }) => {
    return `${toDotted(path)}: ${formatValue(observed)} -> ${formatValue(defined)}`
  })
  const where = `Terraform cannot write there. ${stripe_flow}, as ${session} of ${formatTime(seen ?? 0)} showed it:`
  const detail = [where, ...edits, 'Edit it in the Dashboard of Stripe: Identity, Verification flows.'].join('\n')
  return warning(`"${key}" is to be edited at Stripe`, detail, [attribute('stripe_flow')])
}
