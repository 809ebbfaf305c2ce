import { SESSION_STATUSES, type SessionStatus } from '../../../model/resources.js'

const WORDS: Readonly<Record<SessionStatus, string>> = {
  requires_input: 'Requires input',
  processing: 'Processing',
  verified: 'Verified',
  canceled: 'Canceled',
}

const TONES: Readonly<Record<SessionStatus, string>> = {
  requires_input: 'waiting',
  processing: 'under-way',
  verified: 'good',
  canceled: 'over',
}

/** The words of a status: never its colour alone says what it is. */
export function Status({ of }: { readonly of: SessionStatus }) {
  return <span class={`tone ${TONES[of]}`}>{WORDS[of]}</span>
}

/** "1 requires input", "3 require input", "2 verified". */
export function countOf(count: number, status: SessionStatus): string {
  const words = status === 'requires_input' && count !== 1 ? 'require input' : WORDS[status].toLowerCase()
  return `${count} ${words}`
}

/** What a list of verifications can be narrowed to. */
export const SESSION_STATUS_CHOICES: readonly (readonly [value: string, words: string])[] = [
  ['', 'any'],
  ...SESSION_STATUSES.map((status) => [status, WORDS[status]] as const),
]

/** The checks of a report, in the order of running. */
export const CHECK_SECTIONS = [
  ['document', 'Document'],
  ['selfie', 'Selfie'],
  ['id_number', 'ID number'],
  ['email', 'Email'],
  ['phone', 'Phone'],
] as const

export function Check({ status }: { readonly status: 'verified' | 'unverified' }) {
  return (
    <span class={`tone ${status === 'verified' ? 'good' : 'bad'}`}>{status === 'verified' ? 'Passed' : 'Failed'}</span>
  )
}
