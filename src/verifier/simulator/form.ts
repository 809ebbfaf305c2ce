import type { Outcome } from '../../model/outcome.js'
import type { ChoiceGroup, HostedForm } from '../hosted-page.js'

const CHECKED = ['document', 'selfie', 'id_number', 'email', 'phone'] as const

/** The outcomes to choose from, in the order of the checks; those that belong to no check come first. */
export function formOf(outcomes: readonly Outcome[]): HostedForm {
  const failing = CHECKED.map((about) => ({
    about,
    choices: outcomes.filter((outcome) => outcome.startsWith(`${about}_`)),
  }))
  const grouped = new Set(failing.flatMap(({ choices }) => choices))
  const others = outcomes.filter((outcome) => outcome !== 'verified' && !grouped.has(outcome))
  const groups: readonly ChoiceGroup[] = [
    { about: 'success', choices: outcomes.filter((outcome) => outcome === 'verified') },
    { about: 'person', choices: others },
    ...failing,
  ]
  return { groups: groups.filter(({ choices }) => choices.length > 0), first: 'verified' }
}
