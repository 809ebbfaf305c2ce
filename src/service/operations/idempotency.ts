import { digestOf } from '../../model/canonical.js'
import { LONGEST_IDEMPOTENCY_KEY } from '../../model/resources.js'
import { ApiError } from '../api-error.js'
import type { Caller, Service, WriteCall } from './call.js'

/** How long an answer is kept, in seconds. */
const KEPT = 24 * 60 * 60

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
  /** Id of the request that was answered first, which is this one unless it was replayed. */
  readonly original: string | null
  /** Whether the API key that asks is the one that the answer was made for. */
  readonly isOwn: boolean
}

type Operation = (call: WriteCall) => Promise<{ readonly id: string }>

/**
 * Runs an operation once per key: a retry gets the first answer again. The answer is stored in the transaction of the
 * change itself, so there is no moment at which one is there without the other. Keys are shared by all API keys of a
 * mode, as those of one account are; the answer says whether it was made for another one, which may not see all of it.
 * What the operation refuses is not stored. Throws 409 while another request with the same key is under way, in this
 * process or in another one.
 */
export async function once(
  service: Service,
  caller: Caller,
  request: IdempotentRequest,
  operation: Operation,
  toText: (result: unknown) => string,
): Promise<Answer> {
  const { key } = request
  if (key === undefined) {
    const body = toText(await service.write(caller, operation))
    return { status: 200, body, replayed: false, original: null, isOwn: true }
  }
  if (key === '' || key.length > LONGEST_IDEMPOTENCY_KEY) {
    throw idempotencyError(`Idempotency keys must be 1 to ${LONGEST_IDEMPOTENCY_KEY} characters long.`)
  }
  const name = `idempotency:${caller.livemode ? 'live' : 'test'}:${key}`
  // A store with one writer has no lock that would tell: it only makes the second request wait.
  if (service.underWay.has(name)) throw keyInUse(key)
  service.underWay.add(name)
  try {
    return await service.write(caller, async (call) => {
      if (!(await call.tx.tryLock(name))) throw keyInUse(key)
      return (await firstAnswer(call, key, request)) ?? (await runAndKeep(call, key, request, operation, toText))
    })
  } finally {
    service.underWay.delete(name)
  }
}

/** The answer that the key got before, if any. */
async function firstAnswer(
  { tx, livemode, now, key: apiKey }: WriteCall,
  key: string,
  request: IdempotentRequest,
): Promise<Answer | undefined> {
  const stored = await tx.idempotency.find(livemode, key)
  const isKept = stored !== undefined && stored.created >= now - KEPT
  if (!isKept) {
    // Whoever comes by drops what is past its time. Nobody waits for another who is at it, unless its own key is among it.
    if (stored || (await tx.tryLock('idempotency'))) await tx.idempotency.forget(now - KEPT)
    return undefined
  }
  if (stored.fingerprint !== fingerprintOf(request)) {
    throw idempotencyError(
      `Keys for idempotent requests can only be used with equal parameters: '${key}' was used for another request. Use another key if you meant another request.`,
    )
  }
  const isOwn = stored.api_key !== null && stored.api_key === apiKey?.id
  return { status: stored.status, body: stored.body, replayed: true, original: stored.request, isOwn }
}

async function runAndKeep(
  call: WriteCall,
  key: string,
  request: IdempotentRequest,
  operation: Operation,
  toText: (result: unknown) => string,
): Promise<Answer> {
  const { tx, livemode, now } = call
  const result = await operation(call)
  const answer = { status: 200, body: toText(result) }
  const fingerprint = fingerprintOf(request)
  const original = call.request?.id ?? null
  await tx.idempotency.insert({
    livemode,
    key,
    api_key: call.key?.id ?? null,
    fingerprint,
    resource: result.id,
    ...answer,
    request: original,
    created: now,
  })
  return { ...answer, replayed: false, original, isOwn: true }
}

function fingerprintOf({ method, path, params }: IdempotentRequest): string {
  return digestOf([method, path, params])
}

function idempotencyError(message: string): ApiError {
  return new ApiError(400, { type: 'idempotency_error', message })
}

/** The one conflict that is worth a retry: clients send the request again by themselves, and then get its answer. */
function keyInUse(key: string): ApiError {
  return new ApiError(409, {
    code: 'idempotency_key_in_use',
    message: `Another request with the idempotency key '${key}' is under way. Send the request again a little later.`,
  })
}
