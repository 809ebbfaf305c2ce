import { isObject } from '../model/json.js'

/** Attributes as `synth --hcl` wants them: it has to be told what is a block, and what is a map. */
export function hclOf(attributes: Readonly<Record<string, unknown>>): { [name: string]: unknown } {
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => {
        if (name === 'options' && isObject(value)) return [name, block(optionBlocks(value))]
        if (name === 'metadata') return [name, { value, isBlock: false, type: 'map', storageClassType: 'stringMap' }]
        return [name, value]
      }),
  )
}

function optionBlocks(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, block(value)]),
  )
}

function block(value: unknown): unknown {
  return { value, isBlock: true, type: 'struct' }
}

/**
 * Strings as they stand between quotes in HCL, names in a map too. The libraries escape neither backslashes nor line ends,
 * and no quotes where the text has a dollar before a brace; what is escaped already they leave alone.
 */
export function quoted<T>(value: T): T
export function quoted(value: unknown): unknown {
  if (typeof value === 'string') return JSON.stringify(value).slice(1, -1)
  if (Array.isArray(value)) return value.map(quoted)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [quoted(name), quoted(member)]))
}
