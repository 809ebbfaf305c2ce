/** A value that Terraform does not know yet, because it comes from something not applied yet. */
export const UNKNOWN: unique symbol = Symbol('unknown')

/**
 * A value of Terraform's type system as plain JavaScript. A list or a set is an array (a set in any order). A map,
 * object or nested block is an object; it has every attribute and block of its type, with null for those not given. A
 * number that JavaScript cannot hold exactly (0.1, an integer beyond 2^53) is a string of its decimal digits.
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
