import { sha256 } from '../model/canonical.js'
import type { DocumentType } from '../model/flow.js'
import type { Submission, Verdict } from './verdict.js'

/**
 * The page of a verifier for sessions that this service verifies itself. It is pure and answers at once from its input,
 * so that a session is submitted in one transaction.
 */
export interface HostedPage {
  /** The choices of how an attempt ends. */
  form(submission: Submission): HostedForm
  /** The steps that a person goes through, in order. What a flow does not check is not asked. */
  steps(submission: Submission): readonly Step[]
  /** Takes what a person filled in at a step. The fields are as the form sent them, so nothing is known of them. */
  take(submission: Submission, filled: FilledStep): Taken
  /** The choice that the answers lead to when they are submitted. */
  choice(answers: Answers): string
  /** The result of an attempt with one of the form's choices. */
  submit(submission: Submission, choice: string): Submitted
}

export interface HostedForm {
  readonly groups: readonly ChoiceGroup[]
  /** The choice that is selected at first. */
  readonly first: string
}

export interface ChoiceGroup {
  /** What the choices have in common. */
  readonly about: 'success' | 'person' | 'document' | 'selfie' | 'id_number' | 'email' | 'phone'
  readonly choices: readonly string[]
}

export interface Submitted {
  /** A note about the attempt that `read` gets while it is processing: see HeldSession. */
  readonly note: string
  readonly verdict: Verdict
}

/** What one page asks for. */
export type Step =
  | { readonly name: 'consent' }
  | { readonly name: 'document'; readonly types: readonly DocumentType[]; readonly countries: readonly string[] }
  /** Pictures of the document. With `live`, the camera takes them, and no file is taken. */
  | { readonly name: 'picture'; readonly live: boolean }
  | { readonly name: 'selfie' }
  /** With `person`, the name and the date of birth as well: there is no document that says them. */
  | { readonly name: 'id_number'; readonly person: boolean; readonly tries: readonly TestValue[] }
  | { readonly name: 'email' | 'phone' }
  | CodeStep
  /** All answers once more, to be submitted. */
  | { readonly name: 'review' }

/** The code that was sent; `to` is where, if that was given beforehand. */
export interface CodeStep {
  readonly name: 'email_code' | 'phone_code'
  readonly to: string | null
  readonly code: string
}

export type StepName = Step['name']

/** A value to type, and the outcome that it leads to. */
export interface TestValue {
  readonly value: string
  readonly outcome: string
}

/**
 * What a person has answered, as few words as will do: a name, a number or a picture is not in it. An answer to a step is
 * under the step's name; a step without one is still to be done. The answer to a code is which address it confirms.
 */
export type Answers = Readonly<Partial<Record<Answer, string>>>

type Answer = StepName | 'country' | 'email_tries' | 'phone_tries'

export interface FilledStep {
  readonly step: StepName
  readonly answers: Answers
  readonly fields: Readonly<Record<string, string>>
  /** Unix seconds. */
  readonly now: number
}

/** `answers` go on to the next step; `faults` are to be mended first; with `outcome` the attempt ends so. */
export type Taken =
  | { readonly answers: Answers }
  | { readonly answers: Answers; readonly faults: readonly FieldFault[] }
  | { readonly outcome: string }

/** What is wrong with a field of a form. */
export interface FieldFault {
  readonly field: string
  readonly fault: 'missing' | 'invalid' | 'wrong_code'
}

/** Every choice of a form, in order. */
export function choicesOf({ groups }: HostedForm): readonly string[] {
  return groups.flatMap(({ choices }) => choices)
}

/** The first step that is not answered. `review` never is, so there always is one. */
export function nextStep(steps: readonly Step[], answers: Answers): Step {
  const open = steps.find((step) => !isAnswered(step, answers))
  if (open === undefined) throw new Error('the steps of a page end with one that stays open')
  return open
}

function isAnswered(step: Step, answers: Answers): boolean {
  const answer = answers[step.name]
  const isCode = step.name === 'email_code' || step.name === 'phone_code'
  return isCode ? answer === confirmationOf(step, answers) : answer !== undefined
}

/** Where a code was sent: to the address or number that was given beforehand, or else to the one that was typed. */
export function sentTo({ name, to }: CodeStep, answers: Answers): string {
  return to ?? answers[name === 'email_code' ? 'email' : 'phone'] ?? ''
}

/** The answer to a code: a digest of where it was sent, which no longer fits when another address takes its place. */
export function confirmationOf(step: CodeStep, answers: Answers): string {
  return sha256(sentTo(step, answers)).slice(0, 16)
}
