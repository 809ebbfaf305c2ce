import { type ASTNode, Environment, type ParseResult } from '@marcbachmann/cel-js'
import type { DiagnosticCode } from '../model/diagnostic.js'
import { toPointer } from '../model/json-pointer.js'
import { suggest } from '../text/nearest.js'
import { costOf } from './cost.js'
import { DEEPEST_LOOP, FUNCTIONS, LIMITS, LOOPS, MEMBERS, MOST_EVALUATIONS, type Shape, VARIABLES } from './language.js'
import { type Chain, callOf, chainsIn, nodesIn, partsOf } from './walk.js'

/** A compiled condition. */
export interface Expression {
  /** The flow's fields that it names, as JSON Pointers, in the order of the text. */
  readonly fields: readonly string[]
  /** Whether it reads what the plan does. */
  readonly asksAction: boolean
  /** True or false, or why it cannot be decided. Never throws. */
  evaluate(values: Values): boolean | Unknown
}

export type Values = Readonly<Record<keyof typeof VARIABLES, unknown>>

/** Why a condition is neither true nor false for a flow. */
export interface Unknown {
  readonly because: string
}

/** What is wrong with a text that should be a condition, at an offset in it. */
export interface ExpressionFault {
  readonly code: DiagnosticCode
  readonly message: string
  readonly hint?: string
  readonly offset: number
}

/** Reads and checks one expression: syntax, names, types, and that it is neither slow nor endless. */
export function compileExpression(
  text: string,
): { readonly expression: Expression } | { readonly faults: readonly ExpressionFault[] } {
  let parsed: ParseResult
  try {
    parsed = LANGUAGE.parse(text)
  } catch (error) {
    return { faults: [toFault(error)] }
  }
  const { ast } = parsed
  const ours = [...unknownMembers(ast), ...unknownFunctions(ast), ...deepLoops(ast, 0), ...tooCostly(ast)]
  if (ours.length > 0) return { faults: ours }
  const { valid, type = 'nothing', error } = parsed.check()
  if (!valid) return { faults: [toFault(error)] }
  // The type of a field of `before` is known only if there is a flow before the change.
  if (type !== 'bool' && type !== 'dyn') return { faults: [noCondition(type)] }
  return {
    expression: {
      fields: fieldsOf(ast),
      asksAction: [...nodesIn(ast)].some((node) => node.op === 'id' && node.args === 'action'),
      evaluate: (values) => outcomeOf(parsed, values),
    },
  }
}

const LANGUAGE = (() => {
  const language = new Environment({ limits: LIMITS })
  for (const [name, shape] of Object.entries(VARIABLES) as [string, Shape][]) {
    language.registerVariable(typeof shape === 'string' ? { name, type: shape } : { name, schema: shape })
  }
  return language
})()

function outcomeOf(parsed: ParseResult, values: Values): boolean | Unknown {
  try {
    const value: unknown = parsed(values)
    return typeof value === 'boolean' ? value : { because: 'the outcome is neither true nor false' }
  } catch (error) {
    const { code, summary } = error as Partial<CelError>
    if (summary === undefined) throw error
    const hint = REASONS[code ?? '']
    return { because: uncapitalised(summary) + (hint === undefined ? '' : `; ${hint}`) }
  }
}

/** The shape that the library's errors share; they have no class to check for. */
interface CelError {
  readonly code: string
  readonly summary: string
  readonly range?: { readonly start: number }
}

const REASONS: Readonly<Record<string, string>> = {
  no_such_key: 'ask has(...) before it',
  no_matching_overload: 'ask "!= null" before it',
  no_such_overload: 'ask "!= null" before it',
}

function toFault(error: unknown): ExpressionFault {
  const { code, summary, range } = error as Partial<CelError>
  if (code === undefined || summary === undefined) throw error
  const offset = range?.start ?? 0
  if (code === 'limit_exceeded') {
    return { code: 'EXPRESSION_LIMIT', message: 'the expression is too large', hint: 'make it two policies', offset }
  }
  if ((error as Error).name === 'ParseError') {
    return { code: 'EXPRESSION_SYNTAX', message: uncapitalised(summary), hint: 'expressions are CEL', offset }
  }
  const unknown = /^Unknown variable: (.*)$/s.exec(summary)?.[1]
  if (unknown !== undefined) {
    const hint = suggest(unknown, Object.keys(VARIABLES), 'the values are')
    return { code: 'EXPRESSION_TYPE', message: `there is no value "${unknown}"`, hint, offset }
  }
  return { code: 'EXPRESSION_TYPE', message: uncapitalised(summary).replaceAll('$', ''), offset }
}

function noCondition(type: string): ExpressionFault {
  const message = `the outcome is of type ${type.replaceAll('$', '')}, neither true nor false`
  return { code: 'EXPRESSION_TYPE', message, hint: 'compare it with something', offset: 0 }
}

/** The library does not check that members of optional values exist, nor the names in `has`. */
function unknownMembers(ast: ASTNode): ExpressionFault[] {
  return chainsIn(ast).flatMap(({ root, members }) => {
    let shape = MEMBERS.get(root)
    let path = root
    for (const { name, offset } of members) {
      if (shape === undefined || typeof shape === 'string') return []
      const inner: Shape | undefined = Object.hasOwn(shape, name) ? shape[name] : undefined
      if (inner === undefined) {
        const hint = suggest(name, Object.keys(shape), 'it has')
        return [{ code: 'EXPRESSION_TYPE', message: `${path} has no member "${name}"`, hint, offset }]
      }
      path += `.${name}`
      shape = inner
    }
    return []
  })
}

function unknownFunctions(ast: ASTNode): ExpressionFault[] {
  return [...nodesIn(ast)].flatMap((node) => {
    const name = callOf(node)
    if (name === undefined || FUNCTIONS.includes(name)) return []
    const offset = node.op === 'rcall' ? nameOffset(node, name) : node.start
    const hint =
      name === 'matches'
        ? 'regular expressions are left out; use startsWith, endsWith or contains'
        : suggest(name, FUNCTIONS, 'the functions are')
    return [{ code: 'EXPRESSION_TYPE', message: `there is no function "${name}" here`, hint, offset }]
  })
}

function nameOffset(node: ASTNode, name: string): number {
  const [receiver] = partsOf(node)
  const from = receiver?.end ?? node.start
  const found = node.input.indexOf(name, from)
  return found === -1 ? node.start : found
}

function deepLoops(node: ASTNode, depth: number): ExpressionFault[] {
  const inside = LOOPS.has(callOf(node) ?? '') ? depth + 1 : depth
  if (inside <= DEEPEST_LOOP) return partsOf(node).flatMap((part) => deepLoops(part, inside))
  const message = `lists are gone through ${inside} deep; at most ${DEEPEST_LOOP} are permitted`
  return [{ code: 'EXPRESSION_LIMIT', message, hint: 'make it two policies', offset: node.start }]
}

/** Skips expressions that are already too deep: that is one fault, not two. */
function tooCostly(ast: ASTNode): ExpressionFault[] {
  if (deepLoops(ast, 0).length > 0) return []
  const cost = costOf(ast)
  if (cost <= MOST_EVALUATIONS) return []
  const message = `the expression takes up to ${inThousands(cost)} evaluations for each flow; at most ${inThousands(MOST_EVALUATIONS)} are permitted`
  return [{ code: 'EXPRESSION_LIMIT', message, hint: 'go through shorter lists, or one inside of no other', offset: 0 }]
}

function inThousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

function fieldsOf(ast: ASTNode): string[] {
  return [...new Set(chainsIn(ast).filter(isField).map(pointerOf))]
}

/** Whether a chain names a value that a definition can set by itself, not a mapping of such values. */
function isField({ root, members }: Chain): boolean {
  if (root !== 'flow') return false
  let shape: Shape | undefined = MEMBERS.get(root)
  for (const { name } of members) {
    if (shape === undefined || typeof shape === 'string') break
    shape = shape[name]
  }
  return typeof shape === 'string'
}

function pointerOf({ members }: Chain): string {
  return toPointer(members.map(({ name }) => name))
}

function uncapitalised(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
