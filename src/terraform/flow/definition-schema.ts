import flowSchema from '../../../schemas/flow.schema.json' with { type: 'json' }
import type { Value } from '../wire/value.js'

/** One value of a definition, from schemas/flow.schema.json, the single source of what a flow may contain. */
export interface Field {
  readonly description: string
  readonly kind: 'text' | 'flag' | 'set' | 'map' | 'object'
  readonly isRequired: boolean
  /** The value if nothing is written; undefined if there is none. */
  readonly default: Value | undefined
  /** The permitted values, if they are listed. */
  readonly values: readonly string[]
  /** The fields of an object, in the order of a definition. */
  readonly fields: Fields
}

export interface Fields {
  readonly [name: string]: Field
}

interface Node {
  readonly $ref?: string
  readonly type?: string
  readonly description?: string
  readonly default?: Value
  readonly enum?: readonly string[]
  readonly items?: Node
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Node>>
}

const definitions: Readonly<Record<string, Node>> = flowSchema.$defs

/** A flow's fields: those of a definition, except what only exists in files. */
export const FLOW_FIELDS: Fields = fieldsOf(flowSchema.$defs.body as Node)

export const KEY_DESCRIPTION = 'Stable name of the flow inside its mode. A changed key renames the flow in place.'

function fieldsOf({ properties = {}, required = [] }: Node): Fields {
  return Object.fromEntries(
    Object.entries(properties).map(([name, node]) => [name, fieldOf(resolved(node), required.includes(name))]),
  )
}

function fieldOf(node: Node, isRequired: boolean): Field {
  const { description = '' } = node
  return {
    description,
    kind: kindOf(node),
    isRequired,
    default: node.default,
    values: node.enum ?? (node.items && resolved(node.items).enum) ?? [],
    fields: fieldsOf(node),
  }
}

function kindOf({ type, properties }: Node): Field['kind'] {
  switch (type) {
    case 'string':
      return 'text'
    case 'boolean':
      return 'flag'
    case 'array':
      return 'set'
    case 'object':
      return properties === undefined ? 'map' : 'object'
    default:
      throw new Error(`a definition has no values of type ${type}`)
  }
}

/** Members beside a reference override those of its target. */
function resolved({ $ref, ...node }: Node): Node {
  if ($ref === undefined) return node
  const name = $ref.replace('#/$defs/', '')
  const referred = definitions[name]
  if (referred === undefined) throw new Error(`nothing is defined as ${name}`)
  return { ...resolved(referred), ...node }
}
