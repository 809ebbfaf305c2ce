import { DEEPEST, MOST_PARAMETERS } from '../../api/limits.js'
import { ApiError, invalid } from '../../api-error.js'

/** The value of one name: text, a list by "[]", or members in brackets. The objects have no prototype. */
type Value = string | Value[] | { [name: string]: Value }

/**
 * Decodes a form or query string with brackets: "options[document][require_live_capture]=true", "expand[]=x" or
 * "expand[0]=x"; numbers become names here. As at Stripe, all texts form one bucket, and the last value of a parameter
 * counts. A parameter that is given both as text and with brackets is refused.
 */
export function decodeForm(...texts: readonly string[]): Record<string, unknown> {
  const parts = texts.flatMap((text) => text.split('&')).filter((part) => part !== '')
  if (parts.length > MOST_PARAMETERS) {
    throw malformed(`it holds ${parts.length} parameters, more than ${MOST_PARAMETERS}`)
  }
  const form: Record<string, Value> = Object.create(null)
  for (const part of parts) {
    const mark = part.indexOf('=')
    const param = decodePart(mark < 0 ? part : part.slice(0, mark))
    put(form, param, mark < 0 ? '' : decodePart(part.slice(mark + 1), param))
  }
  return form
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text of a body, which must be UTF-8: a lenient decoder would replace wrong bytes silently. */
export function decodeUtf8(bytes: Uint8Array, contentType = ''): string {
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(contentType) ?? []
  if (!/^(?:utf-?8|us-ascii)$/i.test(charset)) {
    const message = `Invalid Content-Type: the charset is ${charset.slice(0, 40)}. Send the body as UTF-8.`
    throw new ApiError(400, { message })
  }
  try {
    return UTF8.decode(bytes)
  } catch {
    throw new ApiError(400, { message: 'Invalid body: it is not UTF-8.' })
  }
}

function put(form: Record<string, Value>, param: string, value: string): void {
  const path = pathOf(param)
  let node: Value = form
  for (const [index, segment] of path.entries()) {
    const isList: boolean = Array.isArray(node)
    if (typeof node === 'string' || isList !== (segment === '')) throw refused(param, 'given in two ways')
    const container = node as Record<string, Value>
    const name = isList ? String((node as Value[]).length) : segment
    const next = path[index + 1]
    if (next === undefined) {
      if (typeof (container[name] ?? '') !== 'string') throw refused(param, 'given in two ways')
      container[name] = value
    } else container[name] ??= next === '' ? [] : Object.create(null)
    node = container[name] as Value
  }
}

/** The parts of "options[document][allowed_types][]"; the last one is empty. */
function pathOf(param: string): string[] {
  if (!/^[^[\]]+(?:\[[^[\]]*\])*$/.test(param)) throw refused(param, 'not a name with brackets, such as a[b]')
  const path = param.replaceAll(']', '').split('[')
  if (path.length > DEEPEST) throw refused(param, `more than ${DEEPEST} names deep`)
  // Objects may silently lose a member of this name, so it is refused.
  if (path.includes('__proto__')) {
    throw invalid('parameter_unknown', shorten(param), `Received unknown parameter: ${shorten(param)}`)
  }
  return path
}

function decodePart(part: string, param?: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(part.replaceAll('+', ' '))
  } catch {
    throw malformed('a percent-encoding is broken', param)
  }
  if (decoded.includes('\0')) throw malformed('it holds a NUL character', param)
  return decoded
}

function refused(param: string, why: string): ApiError {
  return malformed(`'${shorten(param)}' is ${why}`, param)
}

function malformed(why: string, param?: string): ApiError {
  const message = `Invalid form: ${why}.`
  return new ApiError(400, { message, ...(param && { param: shorten(param) }) })
}

function shorten(param: string): string {
  return param.length > 200 ? `${param.slice(0, 200)}...` : param
}
