import type { Policy } from '../model/schema-types.js'
import { compileExpression, type Expression, type ExpressionFault } from './expression.js'
import type { CompiledPolicy } from './judge.js'

/** What is wrong with one expression of a policy. */
export interface PolicyFault extends ExpressionFault {
  /** JSON Pointer of the expression. */
  readonly pointer: string
}

/** Compiles a policy. Skips members that are missing or not text; the schema reports those. */
export function compilePolicy(
  name: string,
  policy: Policy,
): { readonly policy?: CompiledPolicy; readonly faults: readonly PolicyFault[] } {
  const when = compiled('/when', policy.when)
  const require = compiled('/require', policy.require)
  const faults = [...when.faults, ...require.faults]
  if (faults.length > 0 || require.expression === null) return { faults }
  return { policy: { name, policy, when: when.expression, require: require.expression }, faults }
}

function compiled(
  pointer: string,
  text: unknown,
): { readonly expression: Expression | null; readonly faults: readonly PolicyFault[] } {
  if (typeof text !== 'string' || text === '') return { expression: null, faults: [] }
  const outcome = compileExpression(text)
  if ('expression' in outcome) return { expression: outcome.expression, faults: [] }
  return { expression: null, faults: outcome.faults.map((fault) => ({ ...fault, pointer })) }
}
