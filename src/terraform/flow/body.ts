import { isObject } from '../../model/json.js'
import { toPointer } from '../../model/json-pointer.js'
import { type ObjectValue, UNKNOWN, type Value } from '../wire/value.js'
import { type Field, type Fields, FLOW_FIELDS } from './definition-schema.js'

/** A configured flow as a body, in the form of definitions and the API. */
export interface Body {
  readonly value: Record<string, unknown>
  /** JSON Pointers of values that are not known yet; the body has a permitted value there, or nothing. */
  readonly unknown: readonly string[]
}

/** Null values are left out, like values not written. Unknown values may be anywhere. */
export function bodyOf(config: ObjectValue): Body {
  const unknown: string[] = []
  return { value: objectOf(config, FLOW_FIELDS, [], unknown), unknown }
}

function objectOf(value: ObjectValue, fields: Fields, path: readonly string[], unknown: string[]) {
  const body: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    const member = value[name] ?? null
    if (member === null) continue
    const at = [...path, name]
    const said = member === UNKNOWN ? UNKNOWN : memberOf(member, field, at, unknown)
    if (said !== UNKNOWN) body[name] = said
    else {
      unknown.push(toPointer(at))
      if (field.isRequired) body[name] = placeholder(field)
    }
  }
  return body
}

function memberOf(value: Exclude<Value, typeof UNKNOWN>, field: Field, path: readonly string[], unknown: string[]) {
  if (field.kind === 'object') return objectOf(value as ObjectValue, field.fields, path, unknown)
  if (Array.isArray(value)) return itemsOf(value, path, unknown)
  if (field.kind !== 'map' || !isObject(value)) return value
  const entries = Object.entries(value as ObjectValue).map(([key, member]) => {
    if (member !== UNKNOWN) return [key, member]
    unknown.push(toPointer([...path, key]))
    return [key, 'unknown']
  })
  return Object.fromEntries(entries)
}

/** The known items of a set can be checked, but not their number. */
function itemsOf(items: readonly Value[], path: readonly string[], unknown: string[]) {
  const known = items.filter((item) => item !== UNKNOWN)
  if (known.length === items.length) return known
  if (known.length === 0) return UNKNOWN
  unknown.push(toPointer(path))
  return known
}

/** The first permitted value puts the fewest limits on the other fields. */
function placeholder({ values }: Field): string {
  return values[0] ?? 'unknown'
}
