import type { Outcome } from '../../model/outcome.js'
import type { HostedForm } from '../hosted-page.js'

const GROUPS: readonly (readonly [legend: string, prefix: string])[] = [
  ['The document fails', 'document_'],
  ['The selfie fails', 'selfie_'],
  ['The ID number fails', 'id_number_'],
  ['The email address fails', 'email_'],
  ['The phone number fails', 'phone_'],
]

/** The outcomes to choose from, in the order of the checks; those that belong to no check come first. */
export function formOf(outcomes: readonly Outcome[]): HostedForm {
  const failing = GROUPS.map(([legend, prefix]) => ({
    legend,
    choices: outcomes.filter((outcome) => outcome.startsWith(prefix)),
  }))
  const grouped = new Set(failing.flatMap(({ choices }) => choices))
  const others = outcomes.filter((outcome) => outcome !== 'verified' && !grouped.has(outcome))
  const groups = [
    { legend: 'Everything is in order', choices: outcomes.filter((outcome) => outcome === 'verified') },
    { legend: 'The person does not go through with it', choices: others },
    ...failing,
  ]
  return {
    text: 'Choose how this verification ends. Only outcomes are listed that its checks can have.',
    groups: groups.filter(({ choices }) => choices.length > 0),
    first: 'verified',
  }
}
