import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { OPENAPI } from '../api/probes.js'

/** `GET /openapi.json`, for anybody: what the API is is no secret. */
export function openApiRoute(app: FastifyInstance): void {
  let document: ReturnType<typeof made> | undefined
  app.get(OPENAPI.url, async (request, reply) => {
    document ??= made()
    const { text, etag } = await document
    reply.headers({ etag, 'cache-control': 'no-cache' })
    const known = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
    if (known.includes(etag) || known.includes('*')) return reply.code(304).send()
    return reply.type('application/json; charset=utf-8').send(text)
  })
}

/** Once, and only when somebody asks: most servers never are. */
async function made() {
  const { openApiDocument } = await import('../openapi/document.js')
  const text = `${JSON.stringify(openApiDocument(), null, 2)}\n`
  return { text, etag: `"${createHash('sha256').update(text).digest('hex').slice(0, 40)}"` }
}
