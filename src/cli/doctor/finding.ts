export type Status = 'ok' | 'warning' | 'problem'

/** What one check found. */
export interface Finding {
  /** Each check always uses the same word, for programs too: "configuration", "key". */
  readonly check: string
  /** Null if it is about the project or this machine. */
  readonly environment: string | null
  readonly status: Status
  readonly message: string
  readonly hint?: string
}

/** The result of a check; its caller adds the environment. */
export type Found = Omit<Finding, 'environment'>

export function ok(check: string, message: string): Found {
  return { check, status: 'ok', message }
}

export function warning(check: string, message: string, hint?: string): Found {
  return { check, status: 'warning', message, ...(hint !== undefined && { hint }) }
}

export function problem(check: string, message: string, hint?: string): Found {
  return { check, status: 'problem', message, ...(hint !== undefined && { hint }) }
}
