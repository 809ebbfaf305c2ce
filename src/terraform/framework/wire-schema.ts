import { MARKDOWN, SINGLE, type WireAttribute, type WireBlock } from '../wire/messages.js'
import type { Type } from '../wire/value.js'
import type { Attribute, Block } from './schema.js'

/** The type of a block's value: an object of its attributes and blocks. Terraform's every call asks for that of a block. */
export function typeOf(block: Block): Type {
  const known = TYPES.get(block)
  if (known !== undefined) return known
  const { attributes, blocks = {} } = block
  const type: Type = ['object', { ...each(attributes, attributeType), ...each(blocks, typeOf) }]
  TYPES.set(block, type)
  return type
}

const TYPES = new WeakMap<Block, Type>()

/** The schema of a block, in Terraform's form. */
export function wireBlock({ description, attributes, blocks = {} }: Block): WireBlock {
  return {
    description,
    description_kind: MARKDOWN,
    attributes: wireAttributes(attributes),
    block_types: Object.entries(blocks).map(([name, block]) => ({
      type_name: name,
      block: wireBlock(block),
      nesting: SINGLE,
    })),
  }
}

function wireAttributes(attributes: Block['attributes']): WireAttribute[] {
  return Object.entries(attributes).map(([name, { description, type, given, sensitive = false }]) => ({
    name,
    description,
    description_kind: MARKDOWN,
    required: given === 'required',
    optional: given === 'optional' || given === 'optional_or_computed',
    computed: given === 'computed' || given === 'optional_or_computed',
    sensitive,
    ...(hasAttributes(type)
      ? { nested_type: { attributes: wireAttributes(type.attributes), nesting: SINGLE } }
      : { type: Buffer.from(JSON.stringify(type)) }),
  }))
}

function attributeType({ type }: Attribute): Type {
  return hasAttributes(type) ? ['object', each(type.attributes, attributeType)] : type
}

/** Whether an attribute is an object with its own attributes. */
export function hasAttributes(type: Attribute['type']): type is Exclude<Attribute['type'], Type> {
  return typeof type === 'object' && 'attributes' in type
}

function each<From>(members: { readonly [name: string]: From }, of: (member: From) => Type): { [name: string]: Type } {
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, of(member)]))
}
