import type { FastifyRequest } from 'fastify'
import { V1_LIMIT } from '../../api/limits.js'
import { ApiError, notFound } from '../../api-error.js'
import { tooLarge } from '../answers/too-large.js'
import { decodeForm, decodeUtf8 } from './form.js'

/** The content type of the parameters of /v1. */
export const FORM = 'application/x-www-form-urlencoded'

/**
 * The parameters of a request to /v1. As at Stripe they are one bucket: those of the query, then those of a form in the
 * body, for every method.
 */
export async function parametersOf(request: FastifyRequest): Promise<Record<string, unknown>> {
  return decodeForm(queryTextOf(request), await formTextOf(request))
}

/** The body of a request to /v2, already parsed as JSON. */
export function bodyOf({ body }: FastifyRequest): Record<string, unknown> {
  return (body ?? {}) as Record<string, unknown>
}

export function queryOf(request: FastifyRequest): Record<string, unknown> {
  return decodeForm(queryTextOf(request))
}

function queryTextOf({ url }: FastifyRequest): string {
  const mark = url.indexOf('?')
  const query = mark < 0 ? '' : url.slice(mark + 1)
  // Bytes beyond ASCII arrive as the wrong characters.
  if (/[^\x21-\x7e]/.test(query)) throw new ApiError(400, { message: 'Invalid query: it must be percent-encoded.' })
  return query
}

/** The framework does not read the body of a GET; for other methods its parser already has. */
async function formTextOf(request: FastifyRequest): Promise<string> {
  if (typeof request.body === 'string') return request.body
  if (!hasBody(request) || request.raw.readableEnded) return ''
  const bytes = await readBody(request.raw)
  if (bytes.length === 0) return ''
  const type = request.headers['content-type'] ?? ''
  if (type.split(';', 1)[0]?.trim().toLowerCase() !== FORM) throw wrongType(type, FORM)
  return decodeUtf8(bytes, type)
}

async function readBody(raw: FastifyRequest['raw']): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of raw) {
    chunks.push(chunk)
    size += chunk.length
    if (size > V1_LIMIT) throw tooLarge(V1_LIMIT)
  }
  return Buffer.concat(chunks)
}

/** 400 for a body with another content type than the wanted one. */
export function wrongType(given: string | undefined, wanted: string): ApiError {
  const message = `Invalid Content-Type: ${given?.slice(0, 100) || 'none'}. Send the parameters as ${wanted}.`
  return new ApiError(400, { message })
}

/** Whether a request has a body. */
export function hasBody({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0
}

/** Under /v2 parameters have one place: a guard must not get lost because it was sent elsewhere. */
export function refuseQuery(request: FastifyRequest): void {
  const [name] = Object.keys(queryOf(request))
  if (name === undefined) return
  const message = `Received unknown parameter in the query string: ${name}. The parameters of a POST go in its body.`
  throw new ApiError(400, { code: 'parameter_unknown', param: name, message })
}

/** The body of a GET or DELETE is never read, so the error cannot name a parameter. */
export function refuseBody(request: FastifyRequest): void {
  if (!hasBody(request)) return
  const { method } = request
  const message = `Received a body with a ${method}. The parameters of a ${method} go in its query string.`
  throw new ApiError(400, { code: 'parameter_unknown', message })
}

export function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? ''
}

/** The value of the path's only name, such as ":session"; empty if it has none. */
export function idOf({ params }: FastifyRequest): string {
  const [[name, id] = ['', '']] = Object.entries(params as Readonly<Record<string, string>>)
  if (id.includes('\0')) throw notFound('object', id.replaceAll('\0', ''), name)
  return id
}

/** A proxy that compresses answers marks their ETags as weak. For GET that makes no difference (RFC 9110, 13.1.2). */
export function knownTag({ headers }: FastifyRequest): string | undefined {
  return headers['if-none-match']?.replace(/^W\//, '')
}
