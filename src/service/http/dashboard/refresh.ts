import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Page } from '../../pages/page.js'
import { sendPage } from '../answers/send-page.js'

/** Whether a page asks for itself again (lists/live.tsx). That does not count as being there. */
export function isRefresh({ method, headers }: Pick<FastifyRequest, 'method' | 'headers'>): boolean {
  return method === 'GET' && headers['hx-request'] === 'true'
}

/** The page once more; 304 as long as it is the one that the browser has. The script names that one by its tag. */
export function sendRefreshed(request: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply {
  const tag = createHash('sha256').update(page.html).digest('base64url')
  reply.header('hx-ptag', tag)
  return request.headers['hx-ptag'] === tag ? reply.code(304).send() : sendPage(reply, page)
}
