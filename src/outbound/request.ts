import { boundInterimAnswers, TooManyInterimAnswers } from './bound-interim-answers.js'
import { boundedText } from './bounded-text.js'
import { currentFetch } from './proxy.js'

/** What every request here has: a redirect would lead to another place than the one that was named. */
export interface RequestOptions {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  readonly signal: AbortSignal
  /** How many bytes of an answer are read, unpacked: a larger one is a fault. */
  readonly most: number
  /** Called once an answer begins. */
  readonly begun?: (() => void) | undefined
}

/** One answer, read whole. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/**
 * One request over HTTP, through the proxy that HTTPS_PROXY or HTTP_PROXY names unless NO_PROXY leaves its host out. Rejects
 * where there is no answer, or none that ends within its bounds: faultText says why in words.
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
