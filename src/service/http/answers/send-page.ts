import type { FastifyReply } from 'fastify'
import type { Page } from '../../pages/page.js'

export function sendPage(reply: FastifyReply, { status, headers, html }: Page): FastifyReply {
  return reply.code(status).headers(headers).type('text/html; charset=utf-8').send(html)
}
