import type { FastifyReply } from 'fastify'
import { toErrorAnswer } from './answer-error.js'

export const JSON_TYPE = 'application/json; charset=utf-8'

/** Indented for people who call with curl. */
export function toText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

export function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  const { status, headers, body, isOwn } = toErrorAnswer(error)
  const { code } = body.error
  const docs = code === undefined || !isOwn ? {} : { doc_url: reply.server.docUrlOf(code) }
  return reply
    .code(status)
    .headers(headers)
    .type(JSON_TYPE)
    .send(toText({ error: { ...body.error, ...docs } }))
}
