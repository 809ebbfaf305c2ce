import apiSchema from '../../../schemas/api.schema.json' with { type: 'json' }
import deploymentSchema from '../../../schemas/deployment.schema.json' with { type: 'json' }
import flowSchema from '../../../schemas/flow.schema.json' with { type: 'json' }
import planSchema from '../../../schemas/plan.schema.json' with { type: 'json' }
import { isObject } from '../../model/json.js'
import { fromPointer } from '../../model/json-pointer.js'

export type Schema = Readonly<Record<string, unknown>>

/** The published schemas behind answers and parameters, by the names that their references use. */
const FILES: Readonly<Record<string, Schema>> = {
  'api.schema.json': apiSchema,
  'deployment.schema.json': deploymentSchema,
  'flow.schema.json': flowSchema,
  'plan.schema.json': planSchema,
}

const COMPONENTS = '#/components/schemas/'

/** A reference to a shape of schemas/api.schema.json, as the document writes it. */
export function component(name: string): Schema {
  return { $ref: COMPONENTS + name }
}

/** Every shape that the document can refer to: all answers, and the parts of other files that they refer to. */
export function allComponents(): Record<string, Schema> {
  const found: Record<string, Schema> = {}
  const wanted = Object.keys(apiSchema.$defs).map((name) => `api.schema.json#/$defs/${name}`)
  for (let ref = wanted.pop(); ref !== undefined; ref = wanted.pop()) {
    const { file, name, pointer } = placeOf(ref, '')
    if (Object.hasOwn(found, name)) continue
    const { $schema: _, $id: __, $defs: ___, ...schema } = valueAt(file, pointer)
    found[name] = forDocument(schema, file, (more) => wanted.push(more)) as Schema
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The target of a reference such as "flow.schema.json#/$defs/metadata", with all that it refers to put in place. */
export function inlined(ref: string): Schema {
  const { file, pointer, inside } = placeOf(ref, '')
  return inline(valueAt(file, pointer + inside), file) as Schema
}

function inline(node: unknown, file: string): unknown {
  if (Array.isArray(node)) return node.map((item) => inline(item, file))
  if (!isObject(node)) return node
  const { $ref, ...rest } = node
  const target = typeof $ref === 'string' ? placeOf($ref, file) : undefined
  const base = target && (inline(valueAt(target.file, target.pointer + target.inside), target.file) as Schema)
  return { ...base, ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, inline(value, file)])) }
}

/** Marks what Stripe does not have; the descriptions in the schemas say "Extension". */
function forDocument(node: unknown, file: string, refers: (ref: string) => void): unknown {
  if (Array.isArray(node)) return node.map((item) => forDocument(item, file, refers))
  if (!isObject(node)) return node
  const entries = Object.entries(node).map(([name, value]) => {
    if (name !== '$ref' || typeof value !== 'string') return [name, forDocument(value, file, refers)]
    const { file: target, pointer, name: component, inside } = placeOf(value, file)
    refers(`${target}#${pointer}`)
    return [name, COMPONENTS + component + inside]
  })
  const isExtension = typeof node.description === 'string' && /\bExtension\b/.test(node.description)
  return { ...Object.fromEntries(entries), ...(isExtension && { 'x-stripe-extension': true }) }
}

/** "plan.schema.json#/$defs/flow_config/properties/name" has the name "flow_config"; a whole file has its file's. */
function placeOf(ref: string, from: string) {
  const [path, fragment = ''] = ref.split('#')
  const file = path || from
  const [, inDefs, name = ''] = fragment.split('/')
  if (inDefs !== '$defs') return { file, pointer: '', name: file.replace('.schema.json', ''), inside: fragment }
  const pointer = `/$defs/${name}`
  return { file, pointer, name, inside: fragment.slice(pointer.length) }
}

function valueAt(file: string, pointer: string): Schema {
  let at: unknown = FILES[file]
  for (const segment of fromPointer(pointer)) at = isObject(at) ? at[segment] : undefined
  if (!isObject(at)) throw new Error(`${file}#${pointer} leads nowhere`)
  return at
}

/** An object with exactly these members, all required. */
export function closed(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', additionalProperties: false, required: Object.keys(properties), properties }
}
