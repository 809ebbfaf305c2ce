import { normalise } from '../model/flow.js'

/**
 * What a policy's expressions may say. The language is CEL without what could make one slow, or its outcome a surprise:
 * no regular expressions (they backtrack, and ".example.com" without an anchor lets anybody's domain through), nothing
 * that makes lists or texts out of lists (so that no value outgrows the expression and the flow together), no clock.
 */

/** The type of a value in CEL, or the members of a mapping. */
export type Shape = string | { readonly [name: string]: Shape }

// A document flow has every field that a flow can have. Null stands for a text that may be missing: `dyn` compares with both.
const FLOW = shapeOf(normalise({ name: 'any', type: 'document' }))

/** The values that an expression is given. Nothing else can be reached from it. */
export const VARIABLES = {
  flow: FLOW,
  key: 'string',
  environment: 'string',
  livemode: 'bool',
  action: 'string',
  // `dyn`, for a new flow has none; the fields are those of `flow`, see MEMBERS.
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

/** Functions that go through a list, one inside of another at most. */
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

/** Metadata has the most members of all that a flow has. */
export const MOST_IN_A_FLOW = 50

/** Parts of an expression that are evaluated for one flow at most: see cost.ts. Some milliseconds, and far more than a rule needs. */
export const MOST_EVALUATIONS = 10_000

/** Far more than a rule needs that somebody is to review. */
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
