import type { Type } from '../wire/value.js'

/** What a configuration may contain in one place: the body of a resource, or a block nested in it. */
export interface Block {
  /** Markdown, one or two sentences. */
  readonly description: string
  readonly attributes: { readonly [name: string]: Attribute }
  /** Blocks that may be written once each: `options { document { ... } }`. */
  readonly blocks?: { readonly [name: string]: Block }
}

export interface Attribute {
  readonly description: string
  /** Either a type, or the attributes of one nested object: `static_link = { active = true }`. */
  readonly type: Type | { readonly attributes: { readonly [name: string]: Attribute } }
  /** Who gives the value: the configuration must, may, or the provider does. Both, if the provider has a default. */
  readonly given: 'required' | 'optional' | 'computed' | 'optional_or_computed'
  readonly sensitive?: boolean
}
