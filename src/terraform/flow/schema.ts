import type { Attribute, Block } from '../framework/schema.js'
import type { Type } from '../wire/value.js'
import { type Field, type Fields, FLOW_FIELDS, KEY_DESCRIPTION } from './definition-schema.js'

const URL = 'Address of the link, whether it works or not. It stays the same until somebody rotates it.'

/** What a flow has besides its configuration; the service gives it. */
const COMPUTED = {
  id: computed('Id of the flow, `vf_...`: it outlives every change, renames too.'),
  project: computed("The project that manages the flow: that of the provider once it was applied; null when nobody's."),
  version: computed('Grows by one with every change of the flow.', 'number'),
} satisfies Block['attributes']

/** The resource. Options are nested blocks, so that Terraform points at the exact line of a mistake. */
export const FLOW_RESOURCE: Block = {
  description:
    'A verification flow: a named, reusable configuration of identity checks. Destroying it archives the flow, and creating it again restores it.',
  attributes: {
    key: { description: KEY_DESCRIPTION, type: 'string', given: 'required' },
    ...attributesOf(FLOW_FIELDS),
    static_link: linkAttribute('optional_or_computed'),
    ...COMPUTED,
  },
  blocks: blocksOf(FLOW_FIELDS),
}

/** A flow as data sources show it, with every default filled in. */
export const FLOW_RESULT: Block['attributes'] = {
  ...Object.fromEntries(Object.entries(FLOW_FIELDS).map(([name, field]) => [name, resultOf(field)])),
  static_link: linkAttribute('computed'),
  ...COMPUTED,
  key: computed('Stable name of the flow inside its mode.'),
  project: computed('The project that manages the flow; null when nobody does.'),
  status: computed('`active`, or `archived`: then it takes no new sessions.'),
}

/** The type of a value with these attributes, for lists of them. */
export function objectType(attributes: Block['attributes']): Type {
  return [
    'object',
    Object.fromEntries(
      Object.entries(attributes).map(([name, { type }]) => [name, isNested(type) ? objectType(type.attributes) : type]),
    ),
  ]
}

function isNested(type: Attribute['type']): type is Exclude<Attribute['type'], Type> {
  return typeof type === 'object' && 'attributes' in type
}

export function computed(description: string, type: Attribute['type'] = 'string'): Attribute {
  return { description, type, given: 'computed' }
}

/** The fields that are not objects; objects are blocks. */
function attributesOf(fields: Fields): Block['attributes'] {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, { kind }]) => kind !== 'object')
      .map(([name, field]) => [name, { description: describe(field), type: typeOf(field), given: givenBy(field) }]),
  )
}

function blocksOf(fields: Fields): NonNullable<Block['blocks']> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name, { kind }]) => kind === 'object' && name !== 'static_link')
      .map(([name, field]) => [
        name,
        { description: field.description, attributes: attributesOf(field.fields), blocks: blocksOf(field.fields) },
      ]),
  )
}

/** An attribute and not a block, so that the service can add the address. */
function linkAttribute(given: 'computed' | 'optional_or_computed'): Attribute {
  const { static_link: link } = FLOW_FIELDS
  if (link === undefined) throw new Error('a flow has a static link')
  const inner = Object.entries(link.fields).map(([name, field]) => [
    name,
    { description: given === 'computed' ? field.description : describe(field), type: typeOf(field), given },
  ])
  return {
    description: link.description,
    type: { attributes: { ...Object.fromEntries(inner), url: computed(URL) } },
    given,
  }
}

function resultOf(field: Field): Attribute {
  if (field.kind !== 'object') return computed(field.description, typeOf(field))
  const inner = Object.entries(field.fields).map(([name, one]) => [name, resultOf(one)])
  return computed(field.description, { attributes: Object.fromEntries(inner) })
}

function typeOf({ kind }: Field): Type {
  const types: Readonly<Record<Field['kind'], Type>> = {
    text: 'string',
    flag: 'bool',
    set: ['set', 'string'],
    map: ['map', 'string'],
    object: ['object', {}],
  }
  return types[kind]
}

/** The provider fills in defaults, so that references to these values are never null. */
function givenBy({ isRequired, default: fallback }: Field): Attribute['given'] {
  if (isRequired) return 'required'
  return fallback === undefined ? 'optional' : 'optional_or_computed'
}

function describe({ description, kind, values, default: fallback }: Field): string {
  const code = (value: unknown) => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
  return [
    description,
    ...(values.length > 0 ? [`${kind === 'set' ? 'Any' : 'One'} of ${values.map(code).join(', ')}.`] : []),
    ...(fallback !== undefined ? [`Default: ${kind === 'set' ? 'all of them' : code(fallback)}.`] : []),
  ].join(' ')
}
