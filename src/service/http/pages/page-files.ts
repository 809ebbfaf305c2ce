import type { FastifyInstance, FastifyReply } from 'fastify'
import { brandsOf } from '../../pages/brand/branding.js'
import { type PageOptions, scriptName } from './looks.js'

/** The logo and the script of the pages. Their names change with their contents, so a browser that has one keeps it. */
export function fileRoutes(app: FastifyInstance, pages: PageOptions): void {
  const { branding, script } = pages
  const { logo } = brandsOf(branding).live
  if (branding.logo !== null && logo !== null) {
    const { bytes, type } = branding.logo
    app.get(`/brand/${logo}`, async (_request, reply) => send(reply, bytes, type))
  }
  const name = scriptName(pages)
  if (script !== null && name !== null) {
    app.get(`/verify/${name}`, async (_request, reply) => send(reply, script, 'text/javascript; charset=utf-8'))
  }
}

/** Opened by itself, an SVG is a document: it must not run anything, nor act for this origin. */
function send(reply: FastifyReply, content: Buffer | string, type: string): FastifyReply {
  return reply
    .headers({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'x-robots-tag': 'noindex',
    })
    .type(type)
    .send(content)
}
