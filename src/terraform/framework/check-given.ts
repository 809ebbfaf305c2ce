import type { ObjectValue, Value } from '../wire/value.js'
import type { Diagnostic, Step } from './provider.js'
import type { Attribute, Block } from './schema.js'

/**
 * Checks that Terraform leaves to providers: a required argument must not be null, and a computed one must not be
 * written.
 */
export function checkGiven(block: Block, config: ObjectValue, path: readonly Step[] = []): Diagnostic[] {
  const attributes = Object.entries(block.attributes).flatMap(([name, attribute]) =>
    checkAttribute(name, attribute, config[name] ?? null, [...path, { attribute: name }]),
  )
  const blocks = Object.entries(block.blocks ?? {}).flatMap(([name, inner]) => {
    const value = config[name] ?? null
    return isObject(value) ? checkGiven(inner, value, [...path, { attribute: name }]) : []
  })
  return [...attributes, ...blocks]
}

function checkAttribute(name: string, { given, type }: Attribute, value: Value, path: readonly Step[]): Diagnostic[] {
  if (given === 'required' && value === null)
    return [fault(`"${name}" is required`, 'It is null: give it a value.', path)]
  if (given === 'computed' && value !== null) {
    return [fault(`"${name}" cannot be set`, 'The provider gives its value: remove it here.', path)]
  }
  const isNested = typeof type === 'object' && 'attributes' in type
  return isNested && isObject(value) ? checkGiven({ description: '', ...type }, value, path) : []
}

function fault(summary: string, detail: string, path: readonly Step[]): Diagnostic {
  return { severity: 'error', summary, detail, path }
}

function isObject(value: Value): value is ObjectValue {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
