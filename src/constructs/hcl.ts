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
