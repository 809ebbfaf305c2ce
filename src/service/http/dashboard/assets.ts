import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { notFound } from '../../api-error.js'

/** A browser that has one keeps it: its address changes with the version of the program. */
const FOR_EVER = 'public, max-age=31536000, immutable'

/** How a file may be sent, the smallest first. */
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

const TYPES: Readonly<Record<string, string>> = { '.css': 'text/css', '.js': 'text/javascript' }

/** Serves the style sheets and the script of a folder, from memory: there are few, each also compressed. */
export function assetRoutes(app: FastifyInstance, prefix: string, folder: string): void {
  const files = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]))
  app.get(`${prefix}/:name`, async (request, reply) => {
    const { name } = request.params as { readonly name: string }
    const type = TYPES[extname(name)]
    const plain = type === undefined ? undefined : files.get(name)
    if (plain === undefined) throw notFound('file', name, 'name')
    const accepted = request.headers['accept-encoding'] ?? ''
    const encoding = ENCODINGS.find(([word, ending]) => accepts(accepted, word) && files.has(name + ending))
    if (encoding !== undefined) reply.header('content-encoding', encoding[0])
    return reply
      .headers({ 'cache-control': FOR_EVER, vary: 'accept-encoding', 'x-content-type-options': 'nosniff' })
      .type(`${type}; charset=utf-8`)
      .send(encoding === undefined ? plain : files.get(name + encoding[1]))
  })
}

/** "gzip;q=0" says that it is not accepted. */
function accepts(header: string, encoding: string): boolean {
  return header.split(',').some((part) => {
    const [word = '', ...params] = part.split(';').map((text) => text.trim().toLowerCase())
    return word === encoding && !params.some((param) => /^q=0(?:\.0*)?$/.test(param))
  })
}
