import { type Layer, patched, patchesIn } from '../model/flow.js'
import type { FlowDefinition } from '../model/schema-types.js'
import { diff } from '../plan/diff.js'
import { type About, configOf, holds, isValid, NOTHING_AROUND, same, type Wanted } from './around.js'
import { FieldEditor } from './field-editor.js'
import { type Members, remove, set } from './members.js'

/**
 * The definition that says `config` for its flow in one environment, and the present configuration for every other;
 * undefined if none can. Of the files around it, none is edited. A difference is written where the field is set now: in
 * the overlay, if that sets it; else in the body, if no other environment takes it from there; else in the overlay.
 * Attempts, in order; the first valid one counts: 1. this, field by field; 2. everything in the overlay; 3. a new overlay;
 * 4. the same, with the metadata moved out of the body, because an overlay cannot express every change of it.
 */
export function withConfig(read: FlowDefinition, wanted: Wanted): FlowDefinition | undefined {
  // An alias makes one object appear in two places: setting a field here must not set it there.
  const definition = JSON.parse(JSON.stringify(read)) as FlowDefinition
  const attempts: (() => FlowDefinition)[] = [
    () => byField(definition, wanted, true),
    () => byField(definition, wanted, false),
    () => byField(withoutOverlay(definition, wanted.environment), wanted, false),
    () => byField(withoutOverlay(metadataMoved(definition, wanted), wanted.environment), wanted, false),
  ]
  for (const attempt of attempts) {
    const made = attempt()
    const brief = withoutNeedless(made, definition, wanted)
    if (holds(brief, definition, wanted)) return brief
    if (holds(made, definition, wanted)) return made
  }
  return undefined
}

/**
 * A base edited as far as it sets what differs from the wanted configuration: the nearer files are left to say the
 * rest. Undefined if there is nothing to edit, or if it would change anything else. What a variable says stays.
 */
export function withOwnFields(read: Layer, wanted: Wanted): Layer | undefined {
  const before = JSON.parse(JSON.stringify(read)) as FlowDefinition
  const { environment, environments, config, around } = wanted
  const was = configOf(before, wanted)
  if (was.type !== config.type) return undefined
  const made = new FieldEditor(structuredClone(before) as unknown as Members, wanted, true).editOwn()
  const edited = made as unknown as FlowDefinition
  if (same(made, before) || !isValid(made, environments, around)) return undefined
  const is = configOf(edited, wanted)
  const left = diff(is, config).map(({ path }) => path)
  const isCloser = left.length < diff(was, config).length && diff(was, is).every(({ path }) => !left.includes(path))
  const others = [...environments.keys()].filter((name) => name !== environment)
  const isSame = (name: string) => {
    const about = { ...wanted, environment: name }
    return same(configOf(edited, about), configOf(before, about))
  }
  return isCloser && others.every(isSame) ? made : undefined
}

function byField(definition: FlowDefinition, wanted: Wanted, mayEditBody: boolean): FlowDefinition {
  const editor = new FieldEditor(structuredClone(definition) as unknown as Members, wanted, mayEditBody)
  return editor.edit() as unknown as FlowDefinition
}

function withoutOverlay(definition: FlowDefinition, environment: string): FlowDefinition {
  const { environments, ...rest } = structuredClone(definition)
  if (environments === undefined) return rest
  const { [environment]: _, ...others } = environments
  return Object.keys(others).length > 0 ? { ...rest, environments: others } : rest
}

/** Removes overlays that now say the same as the body. Overlays that said nothing before belong to the author. */
function withoutNeedless(made: FlowDefinition, before: FlowDefinition, wanted: About): FlowDefinition {
  const isNeedless = (definition: FlowDefinition, name: string) => {
    const about = { ...wanted, environment: name }
    return same(configOf(withoutOverlay(definition, name), about), configOf(definition, about))
  }
  return Object.keys(made.environments ?? {})
    .filter((name) => isNeedless(made, name) && !isNeedless(before, name))
    .reduce(withoutOverlay, made)
}

function metadataMoved(
  definition: FlowDefinition,
  { environments, environment, around = NOTHING_AROUND }: Wanted,
): FlowDefinition {
  const { metadata: _, ...moved } = structuredClone(definition)
  const { metadata: below } = patched(patchesIn(around.below, environment).filter(({ within }) => within.length === 0))
  if (below !== undefined) set(moved as Members, ['metadata'], null)
  for (const name of environments.keys()) {
    if (name === environment) continue
    remove(moved as Members, ['environments', name, 'metadata'])
    const { metadata } = configOf(definition, { environment: name, environments, around })
    if (Object.keys(metadata).length > 0) set(moved as Members, ['environments', name, 'metadata'], metadata)
  }
  return moved
}
