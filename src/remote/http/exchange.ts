/** One request and what came of it: an answer, or the reason why there is none. */
export type Exchange = Answered | { readonly fault: unknown }

export interface Answered {
  readonly status: number
  readonly headers: Headers
  /** Undefined when the answer is not JSON. */
  readonly body: unknown
}

/** Never rejects. `begun` is called once an answer begins. */
export async function exchange(url: string, init: RequestInit, begun = () => {}): Promise<Exchange> {
  try {
    // A redirect would lead to another place than the configuration names.
    const response = await fetch(url, { ...init, redirect: 'manual' })
    begun()
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: parse(text) }
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
