import { canonicalJson } from '../model/canonical.js'
import { configIn, DOCUMENT_TYPES, type DocumentType, type FlowConfig } from '../model/flow.js'
import { isObject } from '../model/json.js'
import { fromPointer } from '../model/json-pointer.js'
import { leavesOf } from '../model/leaves.js'
import type { Modes } from '../model/mode.js'
import type { FlowDefinition } from '../model/schema-types.js'
import { diff } from '../plan/diff.js'
import { checkDefinition } from '../validate/definition.js'

type Members = Record<string, unknown>
type Path = readonly string[]

export interface Wanted {
  readonly environment: string
  /** Every environment of the configuration. */
  readonly environments: Modes
  readonly config: FlowConfig
}

/**
 * The definition that says `config` for its flow in one environment, and the present configuration for every other;
 * undefined if none can. A difference is written where the field is set now: in the overlay, if that sets it; else in
 * the body, if no other environment takes it from there; else in the overlay. Attempts, in order; the first valid one
 * counts: 1. this, field by field; 2. everything in the overlay; 3. a new overlay; 4. the same, with the metadata moved
 * out of the body, because an overlay cannot express every change of it.
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
    const brief = withoutNeedless(made, definition)
    if (holds(brief, definition, wanted)) return brief
    if (holds(made, definition, wanted)) return made
  }
  return undefined
}

/** Whether a definition is valid, says what is wanted, and says the same as before for other environments. */
export function holds(made: FlowDefinition, before: FlowDefinition, wanted: Wanted): boolean {
  const { environment, environments, config } = wanted
  if (checkDefinition(made, environments).length > 0) return false
  return [...environments.keys()].every((name) =>
    same(configIn(made, name), name === environment ? config : configIn(before, name)),
  )
}

function byField(definition: FlowDefinition, wanted: Wanted, mayEditBody: boolean): FlowDefinition {
  const editor = new FieldEditor(structuredClone(definition) as unknown as Members, wanted, mayEditBody)
  return editor.edit() as unknown as FlowDefinition
}

class FieldEditor {
  readonly #definition: Members
  readonly #environment: string
  readonly #others: readonly string[]
  readonly #config: FlowConfig
  readonly #mayEditBody: boolean

  constructor(definition: Members, { environment, environments, config }: Wanted, mayEditBody: boolean) {
    this.#definition = definition
    this.#environment = environment
    this.#others = [...environments.keys()].filter((name) => name !== environment)
    this.#config = config
    this.#mayEditBody = mayEditBody
  }

  edit(): Members {
    if (this.#current().type !== this.#config.type) this.#changeType()
    const targets = leavesOf(this.#config)
    for (const { path } of diff(this.#current(), this.#config)) this.#set(fromPointer(path), targets.get(path) ?? null)
    return this.#definition
  }

  /** Document options depend on the type: leaving them out is an error for one type and a default for the other. */
  #changeType(): void {
    this.#set(['type'], this.#config.type)
    const path = ['options', 'document']
    const overlay = this.#overlay()
    if (this.#config.type === 'document') {
      if (valueAt(overlay, path) === null) remove(this.#definition, this.#inOverlay(path))
      return
    }
    if (this.#body().type === 'id_number') remove(this.#definition, path)
    if (valueAt(this.#body(), path) === undefined) remove(this.#definition, this.#inOverlay(path))
    else if (settingOf(overlay, path) !== 'null') set(this.#definition, this.#inOverlay(path), null)
  }

  /** Gives one field its value; null means no value. */
  #set(path: Path, value: unknown): void {
    const overlay = this.#overlay()
    const isSet = settingOf(overlay, path) !== undefined
    if (
      !isSet &&
      this.#mayEditBody &&
      !this.#others.some((name) => settingOf(this.#overlay(name), path) === undefined)
    ) {
      if (value === null) remove(this.#definition, path)
      else set(this.#definition, path, inAuthorsOrder(valueAt(this.#body(), path), value))
      return
    }
    if (isSet && same(this.#fromBody(path), value)) this.#unset(path)
    else if (value === null && valueAt(this.#body(), path) === undefined) this.#unset(path)
    else {
      this.#openNull(path)
      const written = valueAt(overlay, path) ?? valueAt(this.#body(), path)
      set(this.#definition, this.#inOverlay(path), inAuthorsOrder(written, value))
    }
  }

  /** Removes a field from the overlay. */
  #unset(path: Path): void {
    this.#openNull(path)
    remove(this.#definition, this.#inOverlay(path))
  }

  /** `options: null` in an overlay resets every option. To change one, the others must be reset by name. */
  #openNull(path: Path): void {
    for (let length = 1; length < path.length; length += 1) {
      const above = path.slice(0, length)
      if (valueAt(this.#overlay(), above) !== null) continue
      const inBody = valueAt(this.#body(), above)
      const nulls = isObject(inBody) ? Object.fromEntries(Object.keys(inBody).map((name) => [name, null])) : {}
      set(this.#definition, this.#inOverlay(above), nulls)
    }
  }

  /** The field's value without its setting in the overlay; undefined if that is impossible to say. */
  #fromBody(path: Path): unknown {
    const without = structuredClone(this.#definition)
    const above = path.find((_, index) => valueAt(this.#overlay(), path.slice(0, index + 1)) === null)
    if (above !== undefined && above !== path.at(-1)) return undefined
    remove(without, this.#inOverlay(path))
    const config = configIn(without as unknown as FlowDefinition, this.#environment)
    return config.type === this.#config.type || path[0] === 'type' ? (valueAt(config, path) ?? null) : undefined
  }

  #current(): FlowConfig {
    return configIn(this.#definition as unknown as FlowDefinition, this.#environment)
  }

  #body(): Members {
    return this.#definition
  }

  #overlay(environment = this.#environment): unknown {
    return valueAt(this.#definition, ['environments', environment])
  }

  #inOverlay(path: Path): Path {
    return ['environments', this.#environment, ...path]
  }
}

/** How an overlay sets a field: by a value, by null at or above the field, or (undefined) not at all. */
function settingOf(overlay: unknown, path: Path): 'value' | 'null' | undefined {
  let at = overlay
  for (const name of path) {
    if (!isObject(at) || !Object.hasOwn(at, name)) return undefined
    at = at[name]
    if (at === null) return 'null'
  }
  return at === undefined ? undefined : 'value'
}

/** Keeps the author's order of a set and adds new items at its end. */
function inAuthorsOrder(written: unknown, value: unknown): unknown {
  if (!Array.isArray(value)) return value
  const set = new Set(value as DocumentType[])
  const kept = Array.isArray(written) ? written.filter((type) => set.has(type)) : []
  return [...kept, ...DOCUMENT_TYPES.filter((type) => set.has(type) && !kept.includes(type))]
}

function withoutOverlay(definition: FlowDefinition, environment: string): FlowDefinition {
  const { environments, ...rest } = structuredClone(definition)
  if (environments === undefined) return rest
  const { [environment]: _, ...others } = environments
  return Object.keys(others).length > 0 ? { ...rest, environments: others } : rest
}

/** Removes overlays that now say the same as the body. Overlays that said nothing before belong to the author. */
function withoutNeedless(made: FlowDefinition, before: FlowDefinition): FlowDefinition {
  const isNeedless = (definition: FlowDefinition, name: string) =>
    same(configIn(withoutOverlay(definition, name), name), configIn(definition, name))
  return Object.keys(made.environments ?? {})
    .filter((name) => isNeedless(made, name) && !isNeedless(before, name))
    .reduce(withoutOverlay, made)
}

function metadataMoved(definition: FlowDefinition, { environments, environment }: Wanted): FlowDefinition {
  const { metadata: _, ...moved } = structuredClone(definition)
  for (const name of environments.keys()) {
    if (name === environment) continue
    remove(moved as Members, ['environments', name, 'metadata'])
    const { metadata } = configIn(definition, name)
    if (Object.keys(metadata).length > 0) set(moved as Members, ['environments', name, 'metadata'], metadata)
  }
  return moved
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value
  for (const name of path) {
    if (!isObject(at) || !Object.hasOwn(at, name)) return undefined
    at = at[name]
  }
  return at
}

function set(root: Members, path: Path, value: unknown): void {
  let at = root
  for (const name of path.slice(0, -1)) {
    const inner = Object.hasOwn(at, name) ? at[name] : undefined
    const next: Members = isObject(inner) ? inner : {}
    at[name] = next
    at = next
  }
  at[path.at(-1) ?? ''] = value
}

/** Removes a member and the mappings that this leaves empty. */
function remove(root: Members, path: Path): void {
  const [name, ...rest] = path
  if (name === undefined || !Object.hasOwn(root, name)) return
  if (rest.length === 0) {
    delete root[name]
    return
  }
  const inner = root[name]
  if (!isObject(inner) || valueAt(inner, rest) === undefined) return
  remove(inner, rest)
  if (Object.keys(inner).length === 0) delete root[name]
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b)
}
