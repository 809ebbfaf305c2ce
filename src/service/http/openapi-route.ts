import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { OPENAPI } from '../api/probes.js'

/** `GET /openapi.json`, without a key: the shape of the API is not a secret. */
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

/** Built once, on the first request: most servers are never asked. */
async function made() {
  const { openApiDocument } = await import('../openapi/document.js')
  const text = `${JSON.stringify(openApiDocument(), null, 2)}\n`
  return { text, etag: `"${createHash('sha256').update(text).digest('hex').slice(0, 40)}"` }
}
