import { isObject } from '../../model/json.js'
import { toPointer } from '../../model/json-pointer.js'
import { type ObjectValue, UNKNOWN, type Value } from '../wire/value.js'
import { type Field, type Fields, FLOW_FIELDS } from './definition-schema.js'

/** What a configuration says of a flow, as the body that definitions and the API have. */
export interface Body {
  readonly value: Record<string, unknown>
  /** JSON Pointers of what is not known yet: something that is permitted stands there, or nothing. */
  readonly unknown: readonly string[]
}

/** null is left out, as it is not written. Unknown values may stand anywhere. */
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

/** The known items of a set can be judged, but not how many there are. */
function itemsOf(items: readonly Value[], path: readonly string[], unknown: string[]) {
  const known = items.filter((item) => item !== UNKNOWN)
  if (known.length === items.length) return known
  if (known.length === 0) return UNKNOWN
  unknown.push(toPointer(path))
  return known
}

/** The first of the values permitted permits the most beside it. */
function placeholder({ values }: Field): string {
  return values[0] ?? 'unknown'
}
