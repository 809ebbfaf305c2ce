import { type RequestOptions, request } from '../../outbound/request.js'

/** The result of one request: an answer, or the reason why there is none. */
export type Exchange = Answered | { readonly fault: unknown }

export interface Answered {
  readonly status: number
  readonly headers: Headers
  /** Undefined when the answer is not JSON. */
  readonly body: unknown
}

/** In bytes: more than the state of fifty thousand flows. */
const LARGEST_ANSWER = 128 * 1024 * 1024

/** Never rejects. */
export async function exchange(
  url: string,
  options: Omit<RequestOptions, 'most'> & { readonly most?: number },
): Promise<Exchange> {
  try {
    const { status, headers, text } = await request(url, { most: LARGEST_ANSWER, ...options })
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
