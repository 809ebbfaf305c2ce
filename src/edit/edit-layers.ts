import { parse } from '../load/parse.js'
import {
  type FlowConfig,
  type Layer,
  patchesIn,
  pathInDefinition,
  referencesIn,
  type Variables,
} from '../model/flow.js'
import { fromPointer, toPointer } from '../model/json-pointer.js'
import { diff } from '../plan/diff.js'
import { memberOf } from '../validate/definition.js'
import { type About, configOf, isValid } from './around.js'
import { type DefinitionText, editDefinition, editText, NotEditable, type Target } from './edit-definition.js'
import { withOwnFields } from './with-config.js'

/** A base that a definition extends. */
interface BaseText extends DefinitionText {
  readonly value: Layer
  /** How many other definitions extend it. */
  readonly others: number
}

export interface Layered {
  /** The farthest first. */
  readonly bases: readonly BaseText[]
  readonly variables: Variables
}

/** The new text of a file, and what the flow is in the environment once that is written too. */
interface LayerEdit extends DefinitionText {
  readonly before: string
  readonly config: FlowConfig
}

/** A field that the definition says itself now, because what said it before is not for this flow alone. */
export type Override = { readonly path: string } & (
  | { readonly why: 'shared'; readonly file: string; readonly others: number }
  | { readonly why: 'variable'; readonly variable: string }
)

export interface LayeredEdit {
  /** Edited bases, the farthest first. */
  readonly bases: readonly LayerEdit[]
  readonly definition: LayerEdit
  readonly overrides: readonly Override[]
}

/**
 * A definition that extends bases, edited so that it says `config` for its flow in one environment. A value is edited
 * in the file that says it, if that is the definition or a base that no other definition extends. Otherwise, and for
 * what a variable says, the definition itself says it from now on. Throws as `editDefinition` does.
 */
export function editLayers(definition: DefinitionText, { bases, variables }: Layered, target: Target): LayeredEdit {
  try {
    return edited(definition, { bases, variables }, target, true)
  } catch (error) {
    // A base that cannot be edited stays as it is.
    if (!(error instanceof NotEditable) || error.file === definition.file) throw error
    return edited(definition, { bases, variables }, target, false)
  }
}

function edited(
  definition: DefinitionText,
  { bases, variables }: Layered,
  target: Target,
  alsoBases: boolean,
): LayeredEdit {
  const { environment, environments, config } = target
  const own = parse(definition.file, definition.text).value as Layer
  const layers: Layer[] = [...bases.map(({ value }) => value), own]
  const edits: LayerEdit[] = []
  for (const [index, { file, text, others }] of bases.entries()) {
    if (!alsoBases || others > 0) continue
    const around = { below: layers.slice(0, index), above: layers.slice(index + 1), variables }
    const made = withOwnFields(layers[index] ?? {}, { environment, environments, config, around })
    if (made === undefined) continue
    const after = editText({ file, text }, made, (wanted) => isValid(wanted, environments, around))
    layers[index] = made
    edits.push({ file, before: text, text: after, config: configIn(layers, target, variables) })
  }
  const around = { below: layers.slice(0, -1), above: [], variables }
  const text = editDefinition(definition, { ...target, around })
  const before = [...bases.map(({ value }) => value), own]
  const after = [...layers.slice(0, -1), parse(definition.file, text).value as Layer]
  return {
    bases: edits,
    definition: { file: definition.file, before: definition.text, text, config },
    overrides: overridesIn(before, after, { bases, variables }, target),
  }
}

function configIn(layers: readonly Layer[], about: About, variables: Variables): FlowConfig {
  const around = { below: layers.slice(0, -1), above: [], variables }
  return configOf((layers.at(-1) ?? {}) as never, { ...about, around })
}

function overridesIn(
  before: readonly Layer[],
  after: readonly Layer[],
  { bases, variables }: Layered,
  target: Target,
): Override[] {
  const was = configIn(before, target, variables)
  return diff(was, target.config).flatMap(({ path }): Override[] => {
    const [saidBefore, saidNow] = [setterOf(before, target, path), setterOf(after, target, path)]
    if (saidBefore === undefined || saidNow?.layer !== after.length - 1) return []
    const [variable] = referencesIn(saidBefore.value).filter((one) => toPointer(one.path) === path)
    const isStillNamed = referencesIn(saidNow.value).some((one) => toPointer(one.path) === path)
    if (variable !== undefined && !isStillNamed) return [{ path, why: 'variable', variable: variable.variable }]
    const base = bases[saidBefore.layer]
    return base === undefined ? [] : [{ path, why: 'shared', file: base.file, others: base.others }]
  })
}

function setterOf(layers: readonly Layer[], { environment, environments }: About, pointer: string) {
  const path = pathInDefinition(fromPointer(pointer), environments.get(environment) ?? 'test')
  return patchesIn(layers, environment).findLast(({ value }) => memberOf(value, path) !== undefined)
}
