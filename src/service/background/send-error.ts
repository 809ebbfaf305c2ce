/** Why nothing was sent or answered, as one word. */
export class SendError extends Error {
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** The system's error code. Never the message: that may name internal addresses. */
export function wordOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && /^\w{1,60}$/.test(code) ? code : 'failed'
}
