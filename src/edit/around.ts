import { canonicalJson } from '../model/canonical.js'
import type { Issue } from '../model/diagnostic.js'
import { configIn, type FlowConfig, type Layer, type Variables } from '../model/flow.js'
import type { Modes } from '../model/mode.js'
import type { FlowDefinition } from '../model/schema-types.js'
import { checkCombined } from '../validate/combined.js'
import { checkBase, checkDefinition, isComplete } from '../validate/definition.js'

/** What stands around the file that is edited, and decides with it what the flow is. */
export interface Around {
  /** The bases below it, the farthest first. */
  readonly below: readonly Layer[]
  /** The files above it, if it is a base itself: the definition is the last one. */
  readonly above: readonly Layer[]
  readonly variables: Variables
}

export const NOTHING_AROUND: Around = { below: [], above: [], variables: {} }

/** Whose configuration a file is asked for. */
export interface About {
  readonly environment: string
  /** By default nothing. */
  readonly around?: Around | undefined
  /** Every environment of the configuration. */
  readonly environments: Modes
}

export interface Wanted extends About {
  readonly config: FlowConfig
}

/** Whether a definition is valid, says what is wanted, and says the same as before for other environments. */
export function holds(made: FlowDefinition, before: FlowDefinition, wanted: Wanted): boolean {
  const { environment, environments, config, around } = wanted
  if (!isValid(made, environments, around)) return false
  return [...environments.keys()].every((name) => {
    const about = { ...wanted, environment: name }
    return same(configOf(made, about), name === environment ? config : configOf(before, about))
  })
}

/** What a file and those around it say of the flow. */
export function configOf(
  file: FlowDefinition,
  { environment, environments, around = NOTHING_AROUND }: About,
): FlowConfig {
  const { below, above, variables } = around
  const layers = [...below, file as unknown as Layer, ...above]
  return configIn(layers.at(-1) ?? {}, environment, { bases: layers.slice(0, -1), variables, modes: environments })
}

/**
 * Whether nothing is wrong with a file, alone and with those around it. A name with hidden characters, which a flow may
 * have from before they were refused, is written all the same, as the escapes that an author sees: the next check names
 * the line.
 */
export function isValid(file: unknown, environments: Modes, around: Around = NOTHING_AROUND): boolean {
  const { below, above, variables } = around
  const check = above.length > 0 ? checkBase : checkDefinition
  if (check(file, environments).some(isWrong)) return false
  if (above.length === 0 && isComplete(file)) return true
  const layers = [...below, file, ...above].map((value, index) => ({ file: String(index), value }))
  const combined = checkCombined([layers], { environments, variables, configFile: '' }, new Set())
  return !combined.some(({ issue }) => isWrong(issue))
}

function isWrong({ code }: Issue): boolean {
  return code !== 'HIDDEN_CHARACTER'
}

/** Whether two values say the same. */
export function same(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b)
}
