import { MOST_DIGITS, NEVER_EMPTY, RANGE, type Shape, type Shapes } from '../http/requests/shape.js'
import type { Schema } from './schemas.js'

const EMPTY: Schema = { description: 'Empty: back to its default.', type: 'string', const: '' }

/** How the parameters of a request are told apart. */
export interface Telling {
  /** Whether an empty value is said to be permitted: in a form it takes a parameter back to its default. */
  readonly inForm: boolean
  /** Whether what is left out gets its default, as when something is created. */
  readonly withDefaults: boolean
}

/** A parameter as a schema: its kind comes from the shape, its meaning and limits from the note. */
export function schemaOf(shape: Shape, note: Schema, telling: Telling): Schema {
  const schema = bare(shape, note, telling)
  if (!telling.inForm || NEVER_EMPTY.has(shape)) return schema
  const { title, description, ...rest } = schema
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    anyOf: [rest, EMPTY],
  }
}

function bare(shape: Shape, note: Schema, telling: Telling): Schema {
  const { default: standard, ...rest } = note
  const told = telling.withDefaults && standard !== undefined ? note : rest
  switch (shape) {
    case 'text':
      return { ...told, type: 'string' }
    case 'name':
      return { minLength: 1, ...told, type: 'string' }
    case 'boolean':
      return { ...told, type: 'boolean' }
    case 'integer':
      return integer(told)
    case 'times':
      return { ...told, anyOf: [integer({}), members(RANGE, {}, telling)] }
    case 'labels': {
      const labels = note.additionalProperties as Schema | undefined
      return { ...told, type: 'object', additionalProperties: { anyOf: [labels ?? { type: 'string' }, EMPTY] } }
    }
  }
  if ('oneOf' in shape) return { ...told, type: 'string', enum: shape.oneOf }
  if ('listOf' in shape) return { items: { type: 'string' }, ...told, type: 'array' }
  return { ...told, ...members(shape.members, (note.properties ?? {}) as Readonly<Record<string, Schema>>, telling) }
}

/** An object with these members and no others. */
export function members(shapes: Shapes, notes: Readonly<Record<string, Schema>>, telling: Telling): Schema {
  const properties = Object.entries(shapes).map(([name, shape]) => [name, schemaOf(shape, notes[name] ?? {}, telling)])
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(properties) }
}

function integer(note: Schema): Schema {
  const most = 10 ** MOST_DIGITS - 1
  return { minimum: -most, maximum: most, ...note, type: 'integer' }
}

/** Whether a parameter has names in brackets. */
export function isDeep(shape: Shape): boolean {
  return shape === 'times' || shape === 'labels' || (typeof shape === 'object' && !('oneOf' in shape))
}
