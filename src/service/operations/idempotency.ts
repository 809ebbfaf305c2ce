import { digestOf } from '../../model/canonical.js'
import { ApiError } from '../api-error.js'
import type { WriteCall } from './call.js'

/** How long an answer is kept, in seconds. */
const KEPT = 24 * 60 * 60
export const LONGEST_KEY = 255

export interface IdempotentRequest {
  /** The caller's name for the request; undefined when it may run any number of times. */
  readonly key: string | undefined
  readonly method: string
  readonly path: string
  readonly params: unknown
}

export interface Answer {
  readonly status: number
  readonly body: string
  readonly replayed: boolean
}

/**
 * Runs an operation once per key: a retry gets the first answer again. The answer is stored in the transaction of the
 * change itself, so there is no moment at which one is there without the other. Keys are shared by all API keys of a
 * mode, as those of one account are. What the operation refuses is not stored.
 */
export async function once(
  call: WriteCall,
  request: IdempotentRequest,
  operation: () => Promise<{ readonly id: string }>,
  toText: (result: unknown) => string,
): Promise<Answer> {
  const { tx, livemode, now } = call
  const { key, method, path, params } = request
  if (key === undefined) return { status: 200, body: toText(await operation()), replayed: false }
  if (key === '' || key.length > LONGEST_KEY) {
    throw idempotencyError(`Idempotency keys must be 1 to ${LONGEST_KEY} characters long.`)
  }
  await tx.idempotency.forget(now - KEPT)
  const fingerprint = digestOf([method, path, params])
  const stored = await tx.idempotency.find(livemode, key)
  if (stored && stored.fingerprint !== fingerprint) {
    throw idempotencyError(
      `Keys for idempotent requests can only be used with equal parameters: '${key}' was used for another request. Use another key if you meant another request.`,
    )
  }
  if (stored) return { status: stored.status, body: stored.body, replayed: true }
  const result = await operation()
  const body = toText(result)
  await tx.idempotency.insert({ livemode, key, fingerprint, resource: result.id, status: 200, body, created: now })
  return { status: 200, body, replayed: false }
}

function idempotencyError(message: string): ApiError {
  return new ApiError(400, { type: 'idempotency_error', message })
}
