import type { ASTNode } from '@marcbachmann/cel-js'
import { LOOPS, MOST_IN_A_FLOW } from './language.js'
import { callOf, partsOf } from './walk.js'

/**
 * How many parts of an expression are evaluated for one flow at most. Parts in a loop count once per round, and each
 * comparison of `in` counts too. Found without evaluating anything, so a costly expression is refused in its file.
 */
export function costOf(node: ASTNode): number {
  const parts = partsOf(node)
  if (LOOPS.has(callOf(node) ?? '')) {
    const [list, ...body] = parts
    if (list !== undefined) return 1 + costOf(list) + mostIn(list) * sum(body.map(costOf))
  }
  const compared = node.op === 'in' && parts[1] !== undefined ? mostIn(parts[1]) : 0
  return 1 + compared + sum(parts.map(costOf))
}

/** The most items that a list, or members that a mapping, can have. */
function mostIn(node: ASTNode): number {
  const parts = partsOf(node)
  if (node.op === 'list') return parts.length
  if (node.op === 'map') return parts.length / 2
  if (node.op === '+') return sum(parts.map(mostIn))
  if (node.op === '?:') return Math.max(...parts.slice(1).map(mostIn))
  // A loop over a list gives no longer list.
  if (LOOPS.has(callOf(node) ?? '') && parts[0] !== undefined) return mostIn(parts[0])
  return MOST_IN_A_FLOW
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
