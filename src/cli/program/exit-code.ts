/** What every command answers to its shell. The same number stands in JSON output as `exit_code`. */
export const ExitCode = {
  ok: 0,
  failed: 1,
  changesPending: 2,
  definitionsInvalid: 3,
  planStale: 4,
  blocked: 5,
  notAuthorised: 6,
  badUsage: 64,
  interrupted: 130,
} as const

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]
