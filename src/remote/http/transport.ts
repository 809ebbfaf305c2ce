import { setTimeout as sleep } from 'node:timers/promises'
import type { RemoteError } from '../remote.js'
import { refused, unreachable } from './failure.js'

/** All that a reader has: it cannot write, because nothing here sends anything but GET. */
export interface ReadTransport {
  /** Path and query, from the root. `known` is the tag of an answer that is still at hand. */
  get(path: string, known?: string): Promise<Answer>
}

export type Answer =
  | { readonly status: 'not_modified' }
  | { readonly status: 'ok'; readonly etag: string | null; readonly body: unknown }

const RETRIES = 2
const FIRST_WAIT = 250
const TIMEOUT = 60_000

/** Tries again after a network failure or a fault of the service. Throws RemoteError, which never holds the key. */
export function readTransport(origin: string, apiKey: string): ReadTransport {
  return {
    async get(path, known) {
      for (let attempt = 0; ; attempt += 1) {
        const outcome = await getOnce(origin, path, apiKey, known)
        if (outcome.answer) return outcome.answer
        if (attempt === RETRIES || !outcome.mayPass) throw outcome.error
        await sleep(FIRST_WAIT * 2 ** attempt)
      }
    },
  }
}

type Outcome =
  | { readonly answer: Answer }
  /** `mayPass`: the same request may well succeed a little later. */
  | { readonly answer?: undefined; readonly error: RemoteError; readonly mayPass: boolean }

async function getOnce(origin: string, path: string, apiKey: string, known: string | undefined): Promise<Outcome> {
  let response: Response
  let text: string
  try {
    response = await fetch(origin + path, {
      method: 'GET',
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${apiKey}`,
        ...(known !== undefined && { 'if-none-match': known }),
      },
      // A redirect would lead to another place than the configuration names.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT),
    })
    text = await response.text()
  } catch (error) {
    return { error: unreachable(origin, `cannot be reached: ${networkFault(error)}`), mayPass: true }
  }
  const { status, ok, headers } = response
  if (status === 304 && known !== undefined) return { answer: { status: 'not_modified' } }
  const requestId = headers.get('request-id') ?? undefined
  const body = parse(text)
  if (ok && isObject(body)) return { answer: { status: 'ok', etag: headers.get('etag'), body } }
  const mayPass = status >= 500
  if (!ok && isObject(body) && isObject(body.error)) {
    return { error: refused(origin, status, body.error, requestId), mayPass }
  }
  const why = `answers ${status}, but not as a flows API does: is the address right?`
  return { error: unreachable(origin, why, requestId), mayPass }
}

/** The system's word for what went wrong, such as ECONNREFUSED. */
function networkFault(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer'
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT / 1000} seconds`
  const { cause } = error
  return cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : error.message
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
