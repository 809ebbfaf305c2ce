import type { FastifyRequest } from 'fastify'

/**
 * The query of a page. Links that are passed around collect foreign parameters; a page ignores those that it does not
 * know. NUL characters are left out: nothing that is stored has one.
 */
export function queryOf({ url }: Pick<FastifyRequest, 'url'>): Record<string, string> {
  const mark = url.indexOf('?')
  if (mark < 0) return {}
  const pairs = [...new URLSearchParams(url.slice(mark + 1))]
  return Object.fromEntries(pairs.map(([name, value]) => [withoutNul(name), withoutNul(value)]))
}

function withoutNul(text: string): string {
  return text.replaceAll('\0', '')
}
