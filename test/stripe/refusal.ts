/** The object under `error` in Stripe's answers, less what the server adds to it. */
export interface RefusalBody {
  readonly type?: 'invalid_request_error' | 'idempotency_error' | 'api_error'
  readonly code?: string
  readonly message: string
  readonly param?: string
}

/** An answer that is an error. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly body: RefusalBody
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, body: RefusalBody, headers: Readonly<Record<string, string>> = {}) {
    super(body.message)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/** 400 for one parameter, named with brackets. */
export function invalid(param: string, message: string, code?: string): Refusal {
  return new Refusal(400, { param, message, ...(code !== undefined && { code }) })
}

/** What a path names is not there, or belongs to the other mode. */
export function noSuch(what: string, id: string, param: string): Refusal {
  return new Refusal(404, { code: 'resource_missing', param, message: `No such ${what}: '${id}'` })
}

/** What a parameter names is not there. Unverified against the live API: that the status is 400 and not 404. */
export function noSuchNamed(what: string, id: string, param: string): Refusal {
  return invalid(param, `No such ${what}: '${id}'`, 'resource_missing')
}
