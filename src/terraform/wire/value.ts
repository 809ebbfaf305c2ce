/** A value that Terraform does not know yet: it comes from something that has not been applied. */
export const UNKNOWN: unique symbol = Symbol('unknown')

/**
 * A value of Terraform's type system, as plain JavaScript. A list or a set is an array (a set in any order); a map, an
 * object or a nested block is an object, with every attribute and block of its type present and null where nothing is
 * said. A number that JavaScript cannot hold exactly (0.1, an integer beyond 2^53) is its decimal digits.
 */
export type Value = null | boolean | number | string | typeof UNKNOWN | readonly Value[] | ObjectValue

export interface ObjectValue {
  readonly [name: string]: Value
}

/** A type as Terraform's schemas write it in JSON. */
export type Type =
  | 'string'
  | 'number'
  | 'bool'
  | readonly ['list' | 'set' | 'map', Type]
  | readonly ['object', { readonly [name: string]: Type }]
