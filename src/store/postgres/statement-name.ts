import { createHash } from 'node:crypto'

/** The most statements that a connection keeps prepared; each takes memory of the server. */
const MOST = 400
/** In characters: longer statements, such as those with many rows, rarely come twice. */
const LONGEST = 4_000

/** What is done again and again. Others may hold several statements, which cannot be prepared as one. */
const KEPT = /^(?:select|insert|update|delete)\b/

const names = new Map<string, string>()

/**
 * The name under which a connection keeps a statement prepared, so that the server parses and plans it once; undefined
 * for statements that are not kept.
 */
export function statementName(text: string): string | undefined {
  const known = names.get(text)
  if (known !== undefined || names.size >= MOST || text.length > LONGEST || !KEPT.test(text)) return known
  const name = `flows_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
  names.set(text, name)
  return name
}
