import { toDotted } from '../../model/json-pointer.js'
import type { Change } from '../../model/plan.js'
import { plural } from '../../text/text.js'
import { attribute, error, lastWrite, pathOf, sentence, warning } from '../diagnostics.js'
import type { Diagnostic } from '../framework/provider.js'
import type { Judged } from './engine.js'

/** Diagnostics about a change before it is made: that it is forbidden, or does harm. */
export function judgements({ change, isProtected }: Judged): Diagnostic[] {
  return [
    ...edited(change),
    ...(isProtected ? [protectedFrom(change)] : weakening(change)),
    ...exposing(change),
    ...breaking(change),
  ]
}

/** Terraform shows the difference, but not who made it, or when. */
function edited({ key, fields, drift }: Change): Diagnostic[] {
  const [first, ...more] = fields.filter(({ path, origin }) => origin === 'drift' && path !== '/status')
  if (drift === null || first === undefined) return []
  const last = lastWrite({ version: drift.version, updated: drift.at, updated_by: drift.by })
  const what = [first, ...more].map(({ path }) => toDotted(path)).join(', ')
  const detail = `Last written by ${last}. Applying this takes back what was edited: ${what}.`
  return [warning(`"${key}" was edited outside Terraform`, detail, pathOf(first.path))]
}

/** A protected flow is archived or weakened only after a separate change has removed the protection. */
export function protectedFrom({ key, action, assurance: { reasons } }: Change): Diagnostic {
  const weakened = reasons.filter(({ effect }) => effect === 'weakens').map(({ message }) => message)
  const what = action === 'archive' ? 'This would archive it.' : `This would weaken it: ${weakened.join(', ')}.`
  const way = 'To do so all the same, set protected = false and apply that first; then apply this.'
  return error(`The flow "${key}" is protected`, `${what} ${way}`, [attribute('protected')])
}

function weakening({ key, assurance: { effect, reasons }, sessions_last_30_days: sessions }: Change): Diagnostic[] {
  if (effect !== 'weakens' && effect !== 'mixed') return []
  const weakened = reasons.filter((reason) => reason.effect === 'weakens')
  const strengthened = reasons.filter((reason) => reason.effect === 'strengthens').map(({ message }) => message)
  const usage = sessions > 0 ? [`It had ${plural(sessions, 'session')} in the last 30 days.`] : []
  const detail = [
    `${sentence(weakened.map(({ message }) => message).join(', '))}.`,
    ...(strengthened.length > 0 ? [`What strengthens it does not make up for that: ${strengthened.join(', ')}.`] : []),
    ...usage,
  ]
  return [warning(`This weakens the verification of "${key}"`, detail.join(' '), pathOf(weakened[0]?.path ?? ''))]
}

/** Not for a new flow: its configuration has just said so. */
function exposing({ key, before, assurance: { exposes_link } }: Change): Diagnostic[] {
  if (!exposes_link || before === null) return []
  const detail = 'Whoever has its address can begin a verification.'
  return [warning(`This switches on the static link of "${key}"`, detail, pathOf('/static_link/active'))]
}

function breaking({ key, action, assurance: { reasons }, sessions_last_30_days: sessions }: Change): Diagnostic[] {
  return reasons
    .filter(({ effect }) => effect === 'breaks_callers')
    .map(({ message }) => {
      const summary = `This breaks callers of "${key}"`
      const detail = `${sentence(message)}. It had ${plural(sessions, 'session')} in the last 30 days.`
      return warning(summary, detail, action === 'archive' ? [] : [attribute('key')])
    })
}
