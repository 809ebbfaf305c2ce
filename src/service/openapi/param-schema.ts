import { MOST_DIGITS, RANGE } from '../api/decode.js'
import { canBeUnset, type Param, type Params } from '../api/param.js'
import type { Schema } from '../api/published.js'

const EMPTY: Schema = { description: 'Empty: back to its default.', type: 'string', const: '' }

/** How the parameters of a request are described. */
export interface Describing {
  /** Whether the schema permits an empty value: in a form it resets a parameter to its default. */
  readonly inForm: boolean
  /** Whether an omitted parameter gets its default, as when something is created. */
  readonly withDefaults: boolean
}

/** The JSON Schema of a parameter's value after reading. */
export function schemaOf(param: Param, describing: Describing): Schema {
  const schema = bare(param, describing)
  if (!describing.inForm || !canBeUnset(param)) return schema
  const { title, description, ...rest } = schema
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    anyOf: [rest, EMPTY],
  }
}

function bare(param: Param, describing: Describing): Schema {
  const { default: standard, ...rest } = param.schema
  const known = describing.withDefaults && standard !== undefined ? param.schema : rest
  switch (param.kind) {
    case 'text':
      return { ...known, type: 'string' }
    case 'name':
      return { minLength: 1, ...known, type: 'string' }
    case 'boolean':
      return { ...known, type: 'boolean' }
    case 'integer':
      return integer(known)
    case 'times':
      return { ...known, anyOf: [integer({}), membersOf(RANGE, describing)] }
    case 'labels': {
      const labels = param.schema.additionalProperties as Schema | undefined
      return { ...known, type: 'object', additionalProperties: { anyOf: [labels ?? { type: 'string' }, EMPTY] } }
    }
    case 'choice':
      return { ...known, type: 'string', enum: param.values }
    case 'texts':
      return { items: { type: 'string' }, ...known, type: 'array' }
    case 'members':
      return { ...known, ...membersOf(param.members ?? {}, describing) }
  }
}

/** An object with these members and no others. */
export function membersOf(params: Params, describing: Describing): Schema {
  const properties = Object.entries(params).map(([name, param]) => [name, schemaOf(param, describing)])
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(properties) }
}

function integer(known: Schema): Schema {
  const most = 10 ** MOST_DIGITS - 1
  return { minimum: -most, maximum: most, ...known, type: 'integer' }
}
