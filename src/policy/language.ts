import { EVERY_FIELD } from '../model/flow.js'

/**
 * The language of policies: CEL without anything slow or surprising. No regular expressions (they backtrack, and
 * ".example.com" without an anchor allows anybody's domain). Nothing that builds lists or texts from lists, so that no
 * value outgrows the expression and the flow together. No clock.
 */

/** The CEL type of a value, or the members of a mapping. */
export type Shape = string | { readonly [name: string]: Shape }

// A document flow has every field that a flow can have. Null is a text that may be missing: `dyn` compares with both.
const FLOW = shapeOf({ ...EVERY_FIELD, stripe_flow: null })

/** The values that an expression gets. It can reach nothing else. */
export const VARIABLES = {
  flow: FLOW,
  key: 'string',
  environment: 'string',
  livemode: 'bool',
  action: 'string',
  // `dyn`, because a new flow has none. The fields are those of `flow`, see MEMBERS.
  before: 'dyn',
  assurance: { effect: 'string', exposes_link: 'bool', breaks_callers: 'bool' },
  sessions_last_30_days: 'int',
} as const satisfies Readonly<Record<string, Shape>>

/** The values whose members are known. */
export const MEMBERS: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['flow', FLOW],
  ['before', FLOW],
  ['assurance', VARIABLES.assurance],
])

/** Functions that loop over a list, nested once at most. */
export const LOOPS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter'])
export const DEEPEST_LOOP = 2

export const FUNCTIONS: readonly string[] = [
  'has',
  'size',
  'startsWith',
  'endsWith',
  'contains',
  ...LOOPS,
  'string',
  'int',
  'double',
]

/** The most members in any part of a flow: those of metadata. */
export const MOST_IN_A_FLOW = 50

/** Limit of evaluated parts for one flow: see cost.ts. It means some milliseconds, and far more than a rule needs. */
export const MOST_EVALUATIONS = 10_000

/** Far more than a rule needs if somebody is to review it. */
export const LIMITS = {
  maxAstNodes: 300,
  maxDepth: 32,
  maxListElements: 100,
  maxMapEntries: 20,
  maxCallArguments: 4,
} as const

function shapeOf(value: unknown, name = ''): Shape {
  if (name === 'metadata') return 'map<string, string>'
  if (value === null) return 'dyn'
  if (Array.isArray(value)) return 'list<string>'
  if (typeof value !== 'object') return typeof value === 'boolean' ? 'bool' : 'string'
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, shapeOf(inner, member)]))
}
