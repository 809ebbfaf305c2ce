/** What every command returns to its shell. JSON output has the same number as `exit_code`. */
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

/** The exit code of a failure, by the failure's code. */
const OF_FAILURES: Readonly<Record<string, ExitCode>> = {
  api_key_invalid: ExitCode.notAuthorised,
  api_key_missing: ExitCode.notAuthorised,
  bad_usage: ExitCode.badUsage,
  blocked_by_guard: ExitCode.blocked,
  forge_not_authorised: ExitCode.notAuthorised,
  key_bound: ExitCode.notAuthorised,
  forge_token_missing: ExitCode.notAuthorised,
  half_renamed: ExitCode.changesPending,
  interrupted: ExitCode.interrupted,
  key_of_other_mode: ExitCode.notAuthorised,
  plan_of_other_definitions: ExitCode.planStale,
  plan_of_other_environment: ExitCode.badUsage,
  plan_stale: ExitCode.planStale,
  stripe_not_authorised: ExitCode.notAuthorised,
}

/** All others count as failed. */
export function exitCodeOf({ code }: { readonly code: string }): ExitCode {
  return OF_FAILURES[code] ?? ExitCode.failed
}

/** From the worst down: what stops a job for a fault comes before what people decide, and that before changes. */
const WORST_FIRST: readonly ExitCode[] = [
  ExitCode.interrupted,
  ExitCode.badUsage,
  ExitCode.failed,
  ExitCode.definitionsInvalid,
  ExitCode.notAuthorised,
  ExitCode.blocked,
  ExitCode.planStale,
  ExitCode.changesPending,
]

/** The exit code of several runs together. */
export function worstOf(codes: readonly ExitCode[]): ExitCode {
  return WORST_FIRST.find((code) => codes.includes(code)) ?? ExitCode.ok
}
