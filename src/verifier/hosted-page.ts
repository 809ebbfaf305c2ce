import type { Submission, Verdict } from './verdict.js'

/**
 * The page of a verifier for sessions that this service verifies itself. It is pure and answers at once from its input,
 * so that a session is submitted in one transaction.
 */
export interface HostedPage {
  /** The choices that the person gets. */
  form(submission: Submission): HostedForm
  /** The result of an attempt with one of the form's choices. */
  submit(submission: Submission, choice: string): Submitted
}

export interface HostedForm {
  /** One or two sentences above the choices. */
  readonly text: string
  readonly groups: readonly {
    readonly legend: string
    readonly choices: readonly string[]
  }[]
  /** The choice that is selected at first. */
  readonly first: string
}

export interface Submitted {
  /** A note about the attempt that `read` gets while it is processing: see HeldSession. */
  readonly note: string
  readonly verdict: Verdict
}

/** Every choice of a form, in order. */
export function choicesOf({ groups }: HostedForm): readonly string[] {
  return groups.flatMap(({ choices }) => choices)
}
