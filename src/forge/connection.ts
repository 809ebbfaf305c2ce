import { setTimeout as sleep } from 'node:timers/promises'
import { hideApiKeys } from '../model/api-key.js'
import { isObject } from '../model/json.js'
import { faultText, isFinal } from '../outbound/fault-text.js'
import { type RequestOptions, request as send } from '../outbound/request.js'
import { ForgeError } from './forge.js'

export interface ConnectionOptions {
  readonly label: string
  /** The start of the API's addresses, such as https://api.github.com. */
  readonly api: string
  readonly token: string
  /** Headers of every request, including the token. */
  readonly headers: Readonly<Record<string, string>>
  /** By default that of a job. */
  readonly patience?: Patience | undefined
  /** For tests: by default real time passes. */
  readonly wait?: (milliseconds: number) => Promise<unknown>
  readonly now?: () => number
}

export interface Connection {
  get(path: string): Promise<unknown>
  /** All pages of a list. An endless list is a failure; the result is never a part. */
  list(path: string): Promise<readonly unknown[]>
  /** Never sends a POST twice, because it makes something new, unless the first was refused by the rate limit. */
  send(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<unknown>
}

interface Patience {
  /** How long one answer may take, in milliseconds. */
  readonly timeout: number
  /** How often a request is repeated that was not answered as it should. */
  readonly retries: number
}

const OF_A_JOB: Patience = { timeout: 30_000, retries: 2 }
const FIRST_WAIT = 500
/** In milliseconds. Minutes of a CI job cost money, so a rate limit may not delay it longer than this. */
const LONGEST_WAIT = 60_000
/** In bytes: more than a hundred comments of the longest kind. */
const LARGEST_ANSWER = 64 * 1024 * 1024
/** Ten thousand pull requests or comments: a server that sends more is miscounting. */
const MOST_PAGES = 100
const PAGE = 100

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

type Received = Answer | { readonly fault: unknown }

/** Requests to a REST API like those of GitHub and GitLab: lists in pages, rate limits, errors in JSON. */
export function connection(options: ConnectionOptions): Connection {
  const { api, headers, patience = OF_A_JOB, wait = sleep, now = Date.now } = options
  const origin = new URL(api).origin

  async function request(method: string, address: string, body?: object): Promise<Answer> {
    for (let attempt = 0; ; attempt += 1) {
      const received = await exchange(address, {
        method,
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        most: LARGEST_ANSWER,
        signal: AbortSignal.timeout(patience.timeout),
      })
      const pause = attempt === patience.retries ? undefined : pauseBefore(received, method, attempt, now())
      if (pause === undefined) return judged(options, received, now())
      await wait(pause)
    }
  }
  return {
    get: async (path) => (await request('GET', api + path)).body,
    list: async (path) => {
      const items: unknown[] = []
      let next: string | undefined = `${api}${path}${path.includes('?') ? '&' : '?'}per_page=${PAGE}`
      for (let page = 0; next !== undefined; page += 1) {
        if (page === MOST_PAGES) throw endless(options, path)
        const current: string = next
        const answer = await request('GET', current)
        if (!Array.isArray(answer.body)) throw strange(options, answer.status)
        items.push(...answer.body)
        const named = nextPage(answer.headers, current)
        // The token goes only to the configured address.
        if (named === null || (named !== undefined && named.origin !== origin)) throw strange(options, answer.status)
        next = named?.href
      }
      return items
    },
    send: async (method, path, body) => (await request(method, api + path, body)).body,
  }
}

/**
 * GitHub names the next page in `Link` (RFC 8288). GitLab does too, or leaves it out and counts in `X-Next-Page`. Null if
 * what is named is not an address.
 */
function nextPage(headers: Headers, current: string): URL | null | undefined {
  const link = /<([^>]+)>;[^,]*\brel="next"/.exec(headers.get('link') ?? '')?.[1]
  if (link !== undefined) return URL.canParse(link, current) ? new URL(link, current) : null
  const page = headers.get('x-next-page')
  if (page === null || !/^\d+$/.test(page)) return undefined
  const url = new URL(current)
  url.searchParams.set('page', page)
  return url
}

async function exchange(url: string, options: RequestOptions): Promise<Received> {
  try {
    const { status, headers, text } = await send(url, options)
    return { status, headers, body: parse(text) }
  } catch (fault) {
    return { fault }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** How long to wait before repeating the request; undefined if it must not be repeated, or if that is useless. */
function pauseBefore(received: Received, method: string, attempt: number, now: number): number | undefined {
  const isRepeatable = method !== 'POST'
  if ('fault' in received) return isRepeatable && !isFinal(received.fault) ? FIRST_WAIT * 2 ** attempt : undefined
  if (isRateLimited(received)) {
    const pause = retryAfter(received.headers, now) ?? FIRST_WAIT * 2 ** attempt
    return pause <= LONGEST_WAIT ? pause : undefined
  }
  return isRepeatable && received.status >= 500 ? FIRST_WAIT * 2 ** attempt : undefined
}

/** GitHub answers 403 as well as 429 to too many requests. A 403 without these headers is about rights. */
function isRateLimited({ status, headers }: Answer): boolean {
  if (status === 429) return true
  return status === 403 && (headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0')
}

function retryAfter(headers: Headers, now: number): number | undefined {
  const after = headers.get('retry-after')
  if (after !== null && /^\d+$/.test(after)) return Number(after) * 1000
  const reset = headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset')
  return reset !== null && /^\d+$/.test(reset) ? Math.max(0, Number(reset) * 1000 - now) : undefined
}

function judged(options: ConnectionOptions, received: Received, now: number): Answer {
  const { label, token } = options
  if ('fault' in received)
    throw new ForgeError('unreachable', `${label} cannot be reached: ${withoutToken(token, faultText(received.fault))}`)
  const { status, headers, body } = received
  if (status >= 200 && status <= 299) return received
  if (isRateLimited(received)) {
    const seconds = Math.ceil((retryAfter(headers, now) ?? 0) / 1000)
    const when = seconds > 0 ? ` Try again in ${seconds} seconds.` : ''
    throw new ForgeError('rate_limited', `${label} asks to slow down (${status}).${when}`, status)
  }
  if (status === 301 || status === 308) {
    const message = `${label} answered ${status}: the repository has moved, so name the place where it is now`
    throw new ForgeError('unreachable', message, status)
  }
  const told = withoutToken(token, messageOf(body)).slice(0, 300)
  throw new ForgeError(kindOf(status), `${label} answered ${status}${told === '' ? '' : `: ${told}`}`, status)
}

function strange({ label }: ConnectionOptions, status: number): ForgeError {
  return new ForgeError('unreachable', `${label} answered ${status}, but not as its API does: is the address right?`)
}

function endless({ label }: ConnectionOptions, path: string): ForgeError {
  const count = (MOST_PAGES * PAGE).toLocaleString('en')
  return new ForgeError('too_many', `${label} lists more than ${count} at ${path}: no more are read`)
}

function kindOf(status: number): ForgeError['kind'] {
  if (status === 401 || status === 403) return 'not_authorised'
  if (status === 404) return 'not_found'
  return status >= 400 && status < 500 ? 'invalid' : 'unreachable'
}

/** How deep the messages of an error are nested. What is deeper is not read. */
const DEEPEST_MESSAGE = 3

/** GitHub: message and errors; GitLab: message (text, list or one list per field), or error. */
function messageOf(body: unknown): string {
  if (!isObject(body)) return ''
  const errors = Array.isArray(body.errors) ? body.errors : []
  const parts = [
    body.message ?? body.error ?? body.error_description,
    ...errors.map((error) => (isObject(error) ? error.message : error)),
  ]
  return parts
    .map((part) => flat(part))
    .filter((part) => part !== '')
    .join('; ')
}

function flat(value: unknown, depth = DEEPEST_MESSAGE): string {
  if (typeof value === 'string') return value
  if (depth === 0) return ''
  if (Array.isArray(value)) return value.map((inner) => flat(inner, depth - 1)).join(', ')
  if (!isObject(value)) return ''
  return Object.entries(value)
    .map(([name, inner]) => `${name} ${flat(inner, depth - 1)}`)
    .join(', ')
}

function withoutToken(token: string, text: string): string {
  return hideApiKeys(text.replaceAll(token, '...'))
}
