import { digestOf } from '../../../model/canonical.js'
import { LONGEST_IDEMPOTENCY_KEY } from '../../../model/resources.js'
import type { IdempotencyRecord } from '../../../store/idempotency-keys.js'
import { ApiError } from '../../api-error.js'
import type { Caller, Later, Service, WriteCall } from './call.js'
import { idOfPrincipal } from './principal.js'

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
  /** Whether the asking API key is the one that got the first answer. */
  readonly isOwn: boolean
}

type Run = (call: WriteCall) => Promise<{ readonly id: string }>

export interface Operation {
  readonly run: Run
  /** Answers again for a request whose first answer got lost after its transaction; by the id of its object. */
  readonly resume?: (call: WriteCall, id: string) => ReturnType<Run>
  readonly toText: (result: unknown) => string
  /** Whether it waits for no lock before its event: then it may be asked early who gets that. */
  readonly tellsAtOnce?: boolean
}

/**
 * The stored status while a request still has work outside of its transaction. 409 is a valid answer by itself: a
 * program that does not know about `resume` gives exactly this one.
 */
const UNDER_WAY = 409

/**
 * Runs an operation once per key: a retry gets the first answer again. The answer is stored in the same transaction as
 * the change, so neither exists without the other. All API keys of a mode share the idempotency keys, like those of one
 * account; `isOwn` says whether the answer was made for the asking key, since another may not see all of it. Refusals
 * are not stored. Throws 409 while a request with the same key is running, in this process or another.
 *
 * An operation with work outside of its transaction is first stored as under way, with the id of its object. Its answer
 * is stored when the work is settled. A retry before that finds the same object and goes on from there.
 */
export async function once(
  service: Service,
  caller: Caller,
  request: IdempotentRequest,
  { run, resume, toText, tellsAtOnce = false }: Operation,
): Promise<Answer> {
  const { key } = request
  if (key === undefined) {
    const body = toText(await service.write(caller, run))
    return { status: 200, body, replayed: false, original: null, isOwn: true }
  }
  if (key === '' || key.length > LONGEST_IDEMPOTENCY_KEY) {
    throw idempotencyError(`Idempotency keys must be 1 to ${LONGEST_IDEMPOTENCY_KEY} characters long.`)
  }
  const name = `idempotency:${caller.livemode ? 'live' : 'test'}:${key}`
  // A store with one writer has no lock to detect it: the second request would only wait.
  if (service.underWay.has(name)) throw keyInUse(key)
  service.underWay.add(name)
  try {
    return await service.write(caller, async (call) => {
      const { isFree, found } = await asked(call, { name, key, tellsAtOnce })
      if (!isFree) throw keyInUse(key)
      const stored = await firstAnswer(call, found, request)
      if (stored === undefined) return runAndKeep(call, { key, request, run, toText })
      if (stored.status !== UNDER_WAY) return replay(call, stored)
      // The first request got no answer and may have left work to do.
      if (resume === undefined) throw keyInUse(key)
      return runAndKeep(call, { key, request, run: (again) => resume(again, stored.resource), toText, stored })
    })
  } finally {
    service.underWay.delete(name)
  }
}

interface Asked extends Pick<Operation, 'tellsAtOnce'> {
  readonly name: string
  readonly key: string
}

/**
 * Whether no other process runs the request, and what is stored for its key. A store that is far away is asked for both
 * at once, the lock first: whoever held it has stored its answer by then. It is also asked who gets the event, which the
 * transaction remembers; not of what may wait for a lock first, as an endpoint may be made meanwhile.
 */
async function asked({ tx, livemode }: WriteCall, { name, key, tellsAtOnce }: Asked) {
  const [isFree, found] = await Promise.all([
    tx.tryLock(name),
    tx.idempotency.find(livemode, key),
    ...(tellsAtOnce ? [tx.webhookEndpoints.enabled(livemode)] : []),
  ])
  return { isFree, found }
}

/** The record of the key, if it counts: an answer, or a request under way. */
async function firstAnswer(
  { tx, now }: WriteCall,
  stored: IdempotencyRecord | undefined,
  request: IdempotentRequest,
): Promise<IdempotencyRecord | undefined> {
  const isKept = stored !== undefined && stored.created >= now - KEPT
  if (!isKept) {
    // A job of the service drops what has expired; the answer of this very key may not wait for it.
    if (stored) await tx.idempotency.forget(now - KEPT)
    return undefined
  }
  if (stored.fingerprint !== fingerprintOf(request)) {
    throw idempotencyError(
      `Keys for idempotent requests can only be used with equal parameters: '${stored.key}' was used for another request. Use another key if you meant another request.`,
    )
  }
  return stored
}

function replay({ principal }: WriteCall, { status, body, request, api_key }: IdempotencyRecord): Answer {
  const isOwn = api_key !== null && api_key === idOfPrincipal(principal)
  return { status, body, replayed: true, original: request, isOwn }
}

interface Running extends Pick<Operation, 'run' | 'toText'> {
  readonly key: string
  readonly request: IdempotentRequest
  /** The record of the request, if it was begun before. */
  readonly stored?: IdempotencyRecord
}

/** Stores the answer with the last settlement; until then, that the request is under way. */
async function runAndKeep(call: WriteCall, { key, request, run, toText, stored }: Running): Promise<Answer> {
  let asked: Later<{ readonly id: string }> | undefined
  const later = <T>(what: Later<T>) => {
    asked = what as Later<unknown> as Later<{ readonly id: string }>
  }
  const result = await run({ ...call, later })
  const original = stored === undefined ? (call.request?.id ?? null) : stored.request
  const answerOf = (body: string): Answer => ({ status: 200, body, replayed: false, original, isOwn: true })
  const isUnderWay = asked !== undefined
  const body = isUnderWay ? `${JSON.stringify({ error: keyInUse(key).body }, null, 2)}\n` : toText(result)
  const { livemode, now } = call
  if (stored === undefined) {
    await call.tx.idempotency.insert({
      livemode,
      key,
      api_key: idOfPrincipal(call.principal),
      fingerprint: fingerprintOf(request),
      resource: result.id,
      status: isUnderWay ? UNDER_WAY : 200,
      body,
      request: original,
      created: now,
    })
  } else if (!isUnderWay) await call.tx.idempotency.settle({ livemode, key, status: 200, body })
  if (asked !== undefined) call.later(kept(asked, { livemode, key, toText, answerOf }))
  return answerOf(body)
}

interface Keeping extends Pick<Operation, 'toText'> {
  readonly livemode: boolean
  readonly key: string
  readonly answerOf: (body: string) => Answer
}

function kept(work: Later<{ readonly id: string }>, { livemode, key, toText, answerOf }: Keeping): Later<Answer> {
  return async (service) => {
    const settle = await work(service)
    return async (call) => {
      const settled = await settle(call)
      // A refusal removes its record where it is settled; work that may still succeed stays under way.
      if ('failure' in settled) return settled
      const body = toText(settled.answer)
      await call.tx.idempotency.settle({ livemode, key, status: 200, body })
      return { answer: answerOf(body) }
    }
  }
}

function fingerprintOf({ method, path, params }: IdempotentRequest): string {
  return digestOf([method, path, params])
}

function idempotencyError(message: string): ApiError {
  return new ApiError(400, { type: 'idempotency_error', message })
}

/** The only conflict worth a retry: clients send the request again by themselves, and then get its answer. */
function keyInUse(key: string): ApiError {
  return new ApiError(409, {
    code: 'idempotency_key_in_use',
    message: `Another request with the idempotency key '${key}' is under way. Send the request again a little later.`,
  })
}
