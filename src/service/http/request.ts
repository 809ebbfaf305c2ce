import type { FastifyRequest } from 'fastify'
import { ApiError, notFound } from '../api-error.js'
import { decodeForm } from './form.js'

export function bodyOf({ body }: FastifyRequest): Record<string, unknown> {
  return (body ?? {}) as Record<string, unknown>
}

export function queryOf({ url }: FastifyRequest): Record<string, unknown> {
  const mark = url.indexOf('?')
  const query = mark < 0 ? '' : url.slice(mark + 1)
  // Bytes beyond ASCII arrive as other characters than those that were meant.
  if (/[^\x21-\x7e]/.test(query)) {
    throw new ApiError(400, { message: 'Invalid query: it must be percent-encoded.' })
  }
  return decodeForm(query)
}

/** A guard such as expected_version must not vanish because it was sent in the wrong place. */
export function refuseQuery(request: FastifyRequest): void {
  const [name] = Object.keys(queryOf(request))
  if (name === undefined) return
  const message = `Received unknown parameter in the query string: ${name}. The parameters of a POST go in its body.`
  throw new ApiError(400, { code: 'parameter_unknown', param: name, message })
}

/** The body of a GET or DELETE is never read, so nothing in it can be named. */
export function refuseBody({ headers, method }: FastifyRequest): void {
  if (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0) return
  const message = `Received a body with a ${method}. The parameters of a ${method} go in its query string.`
  throw new ApiError(400, { code: 'parameter_unknown', message })
}

export function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? ''
}

/** What stands in the path for the one name that it has, such as ":session"; empty where it has none. */
export function idOf({ params }: FastifyRequest): string {
  const [[name, id] = ['', '']] = Object.entries(params as Readonly<Record<string, string>>)
  if (id.includes('\0')) throw notFound('object', id.replaceAll('\0', ''), name)
  return id
}

/** A proxy that compresses answers marks their tags as weak; for GET that makes no difference (RFC 9110, 13.1.2). */
export function knownTag({ headers }: FastifyRequest): string | undefined {
  return headers['if-none-match']?.replace(/^W\//, '')
}
