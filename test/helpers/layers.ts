import { editLayers } from '../../src/edit/edit-layers.js'
import { parse } from '../../src/load/parse.js'
import { configIn, type FlowConfig, type Layer, type Variables } from '../../src/model/flow.js'
import { checkCombined } from '../../src/validate/combined.js'
import { checkBase, checkDefinition } from '../../src/validate/definition.js'
import { ENVIRONMENTS, MODES } from './definition-texts.js'

/** Files by path: bases, the farthest first, then the definition. */
export type Chain = readonly { readonly file: string; readonly text: string; readonly others?: number }[]

const VARIABLES: Variables = Object.fromEntries(
  ENVIRONMENTS.map((name) => [name, { where: `https://example.com/${name}`, open: name === 'live', label: name }]),
)

export const layerOf = (text: string) => parse('a.yaml', text).value as Layer

export function configOf(chain: Chain, environment: string): FlowConfig {
  const layers = chain.map(({ text }) => layerOf(text))
  return configIn(layers.at(-1) ?? {}, environment, { bases: layers.slice(0, -1), variables: VARIABLES, modes: MODES })
}

export function edit(chain: Chain, environment: string, config: FlowConfig) {
  const bases = chain.slice(0, -1).map(({ file, text, others = 0 }) => ({ file, text, others, value: layerOf(text) }))
  const own = chain.at(-1) ?? { file: '', text: '' }
  const made = editLayers(own, { bases, variables: VARIABLES }, { environment, environments: MODES, config })
  const texts = new Map([...made.bases, made.definition].map(({ file, text }) => [file, text]))
  return { ...made, after: chain.map((one) => ({ ...one, text: texts.get(one.file) ?? one.text })) }
}

export function isValid(chain: Chain): boolean {
  const layers = chain.map(({ file, text }) => ({ file, value: layerOf(text) }))
  const own = layers.at(-1)?.value
  const faults = [
    ...layers.slice(0, -1).map(({ value }) => checkBase(value, MODES)),
    checkDefinition(own, MODES),
  ].flat()
  const about = { environments: MODES, variables: VARIABLES, configFile: 'flows.config.yaml' }
  return faults.length === 0 && checkCombined([layers], about, new Set()).length === 0
}
