import type { Submission, Verdict } from './verdict.js'

/**
 * The page of a verifier whose sessions are verified in this service. Pure, and asks nobody: it answers at once, from what
 * it is given, so that a session is submitted in one transaction.
 */
export interface HostedPage {
  /** What the person is asked to choose from. */
  form(submission: Submission): HostedForm
  /** What becomes of an attempt that is submitted with one of the form's choices. */
  submit(submission: Submission, choice: string): Submitted
}

export interface HostedForm {
  /** Above the choices, in a sentence or two. */
  readonly text: string
  readonly groups: readonly {
    readonly legend: string
    readonly choices: readonly string[]
  }[]
  /** The choice that is made unless the person makes another one. */
  readonly first: string
}

export interface Submitted {
  /** What `read` is told of the attempt while it is processing: see HeldSession. */
  readonly note: string
  readonly verdict: Verdict
}

/** Every choice of a form, in its order. */
export function choicesOf({ groups }: HostedForm): readonly string[] {
  return groups.flatMap(({ choices }) => choices)
}
