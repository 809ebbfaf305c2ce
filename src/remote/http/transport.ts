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
        try {
          return await getOnce(origin, path, apiKey, known)
        } catch (error) {
          if (attempt === RETRIES || (error as RemoteError).kind !== 'unreachable') throw error
          await sleep(FIRST_WAIT * 2 ** attempt)
        }
      }
    },
  }
}

async function getOnce(origin: string, path: string, apiKey: string, known: string | undefined): Promise<Answer> {
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
    throw unreachable(origin, `cannot be reached: ${networkFault(error)}`)
  }
  if (response.status === 304 && known !== undefined) return { status: 'not_modified' }
  const requestId = response.headers.get('request-id') ?? undefined
  const body = parse(text)
  if (response.ok && isObject(body)) return { status: 'ok', etag: response.headers.get('etag'), body }
  if (!response.ok && isObject(body) && isObject(body.error)) {
    throw refused(origin, response.status, body.error, requestId)
  }
  throw unreachable(origin, `answers ${response.status}, but not as a flows API does: is the address right?`, requestId)
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
