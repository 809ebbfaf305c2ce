import type { FastifyInstance } from 'fastify'

/**
 * Answers OPTIONS with the methods of an address. Secret keys do not belong in browsers, so no header admits scripts of
 * other origins: a browser's preflight gets an answer, and the missing headers refuse it.
 */
export function optionsRoutes(app: FastifyInstance, routes: readonly { method: string; url: string }[]): void {
  for (const [url, methods] of methodsByUrl(routes)) {
    app.options(url, async (_request, reply) => {
      reply.header('allow', methods.join(', '))
      return { object: 'methods', methods }
    })
  }
}

function methodsByUrl(routes: readonly { method: string; url: string }[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { method, url } of routes) {
    const methods = found.get(url) ?? ['OPTIONS']
    found.set(url, [...methods, ...(method === 'GET' ? ['GET', 'HEAD'] : [method])].sort())
  }
  return found
}
