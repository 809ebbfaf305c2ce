import { createHash } from 'node:crypto'
import { LATER } from '../queries/rows/later.js'

/** A statement as it is sent. */
export interface Statement {
  /** Without the marks of this program. */
  readonly text: string
  /** The name under which a connection keeps it prepared, so that the server parses and plans it once. */
  readonly name: string | undefined
  /** Nobody waits for its answer: see `later`. */
  readonly isLater: boolean
}

/** The most statements that a connection keeps prepared; each takes memory of the server. */
const MOST = 400
/** In characters: longer statements, such as those with many rows, rarely come twice. */
const LONGEST = 4_000

/** What is done again and again. Others may hold several statements, which cannot be prepared as one. */
const KEPT = /^(?:with|select|insert|update|delete)\b/

/** By their texts with marks. */
const known = new Map<string, Statement>()

export function statementOf(marked: string): Statement {
  return known.get(marked) ?? remembered(marked, parsed(marked))
}

function parsed(marked: string): Statement {
  const isLater = marked.startsWith(LATER)
  const text = isLater ? marked.slice(LATER.length) : marked
  return { text, name: nameOf(text), isLater }
}

function remembered(key: string, statement: Statement): Statement {
  if (known.size < MOST && statement.name !== undefined) known.set(key, statement)
  return statement
}

function nameOf(text: string): string | undefined {
  if (known.size >= MOST || text.length > LONGEST || !KEPT.test(text)) return undefined
  return `flows_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
}

export function isInsert({ text }: Statement): boolean {
  return text.startsWith('insert ')
}

/** Outside of a transaction it needs none, and does no harm if it is repeated. */
export function isLookup({ text }: Statement): boolean {
  return text.startsWith('select ')
}

/** A statement with its values. */
export interface Sent {
  readonly statement: Statement
  readonly values: readonly unknown[]
}

/**
 * Inserts that nobody waits for, to be sent as one statement. Their rows must not depend on each other except by foreign
 * keys, which are checked at its end.
 */
export class Inserts {
  #sent: Sent[] = []

  /** Each statement is taken once, so that there are few combinations, and no more values than a statement may have. */
  has({ text }: Statement): boolean {
    return this.#sent.some(({ statement }) => statement.text === text)
  }

  add(sent: Sent): void {
    this.#sent.push(sent)
  }

  /** All of them as one, if there are any. */
  take(): Sent | undefined {
    const [first, ...others] = this.#sent
    this.#sent = []
    if (first === undefined || others.length === 0) return first
    const all = [first, ...others]
    return { statement: together(all), values: all.flatMap(({ values }) => values) }
  }
}

function together(inserts: readonly Sent[]): Statement {
  const key = inserts.map(({ statement }) => statement.text).join(';')
  const one = known.get(key)
  if (one !== undefined) return one
  let before = 0
  const texts = inserts.map(({ statement, values }) => {
    const shift = before
    before += values.length
    return statement.text.replace(/\$(\d+)/g, (_, number) => `$${Number(number) + shift}`)
  })
  const last = texts.pop() ?? ''
  const text = `with ${texts.map((each, index) => `i${index} as (${each})`).join(', ')} ${last}`
  return remembered(key, { text, name: nameOf(text), isLater: true })
}
