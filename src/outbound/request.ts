import { boundInterimAnswers, TooManyInterimAnswers } from './bound-interim-answers.js'
import { boundedText } from './bounded-text.js'
import { currentFetch } from './proxy.js'

/** What every request here has. No redirects, because they would lead to another place than the named one. */
export interface RequestOptions {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  readonly signal: AbortSignal
  /** How many bytes of an answer are read, after decompression. A larger answer is a fault. */
  readonly most: number
  /** Called once an answer begins. */
  readonly begun?: (() => void) | undefined
}

/** One complete answer. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/**
 * One request over HTTP, through the proxy in HTTPS_PROXY or HTTP_PROXY, unless NO_PROXY names its host. Rejects if
 * there is no answer, or if it does not end within its limits: faultText says why in words.
 */
export async function request(url: string, options: RequestOptions): Promise<Answer> {
  const { method, headers, body, signal, most, begun } = options
  const send = await currentFetch()
  const over = new AbortController()
  const fetching = () =>
    send(url, {
      method,
      headers: { ...headers },
      ...(body !== undefined && { body }),
      redirect: 'manual',
      signal: AbortSignal.any([signal, over.signal]),
    })
  const response = await boundInterimAnswers(fetching, () => over.abort(new TooManyInterimAnswers()))
  begun?.()
  const text = await boundedText(response.body, most)
  return { status: response.status, headers: new Headers([...response.headers]), text }
}
