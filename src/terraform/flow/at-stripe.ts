import { toDotted } from '../../model/json-pointer.js'
import type { Plan } from '../../model/plan.js'
import { type BoundFlow, outstanding } from '../../plan/bound.js'
import { formatTime, formatValue } from '../../text/text.js'
import { attribute, error, pathOf, sentence, warning } from '../diagnostics.js'
import type { Diagnostic } from '../framework/provider.js'

/**
 * What the verifier of the service cannot check of what a plan wishes for, and what a person has to edit in Stripe's
 * Dashboard because Terraform cannot write there.
 */
export function atStripe({ conflicts, bound = [] }: Pick<Plan, 'conflicts' | 'bound'>): Diagnostic[] {
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
