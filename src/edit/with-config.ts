import { canonicalJson } from '../model/canonical.js'
import {
  configIn,
  DOCUMENT_TYPES,
  type DocumentType,
  type FlowConfig,
  type Layer,
  type Patch,
  patched,
  patchesIn,
  pathInDefinition,
  referencesIn,
  type Variables,
} from '../model/flow.js'
import { isObject } from '../model/json.js'
import { fromPointer, toPointer } from '../model/json-pointer.js'
import { leavesOf } from '../model/leaves.js'
import type { Mode, Modes } from '../model/mode.js'
import type { FlowDefinition } from '../model/schema-types.js'
import { diff } from '../plan/diff.js'
import { checkCombined } from '../validate/combined.js'
import { checkBase, checkDefinition, isComplete } from '../validate/definition.js'

type Members = Record<string, unknown>
type Path = readonly string[]

/** What stands around the file that is edited, and decides with it what the flow is. */
export interface Around {
  /** The bases below it, the farthest first. */
  readonly below: readonly Layer[]
  /** The files above it, if it is a base itself: the definition is the last one. */
  readonly above: readonly Layer[]
  readonly variables: Variables
}

const NOTHING_AROUND: Around = { below: [], above: [], variables: {} }

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

/**
 * The definition that says `config` for its flow in one environment, and the present configuration for every other;
 * undefined if none can. Of the files around it, none is edited. A difference is written where the field is set now: in the overlay, if that sets it; else in
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
    const brief = withoutNeedless(made, definition, wanted)
    if (holds(brief, definition, wanted)) return brief
    if (holds(made, definition, wanted)) return made
  }
  return undefined
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

/** Whether nothing is wrong with a file, alone and with those around it. */
export function isValid(file: unknown, environments: Modes, around: Around = NOTHING_AROUND): boolean {
  const { below, above, variables } = around
  const check = above.length > 0 ? checkBase : checkDefinition
  if (check(file, environments).length > 0) return false
  if (above.length === 0 && isComplete(file)) return true
  const layers = [...below, file, ...above].map((value, index) => ({ file: String(index), value }))
  return checkCombined(layers, { environments, variables, configFile: '' }, new Set()).length === 0
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

class FieldEditor {
  readonly #definition: Members
  readonly #environment: string
  readonly #environments: Modes
  readonly #mode: Mode
  readonly #config: FlowConfig
  readonly #mayEditBody: boolean
  readonly #around: Around

  constructor(definition: Members, { environment, environments, config, around }: Wanted, mayEditBody: boolean) {
    this.#definition = definition
    this.#around = around ?? NOTHING_AROUND
    this.#environment = environment
    this.#environments = environments
    this.#mode = environments.get(environment) ?? 'test'
    this.#config = config
    this.#mayEditBody = mayEditBody
  }

  edit(): Members {
    if (this.#current().type !== this.#config.type) this.#changeType()
    const targets = leavesOf(this.#config)
    for (const { path } of diff(this.#current(), this.#config))
      this.#set(this.#placeOf(path), targets.get(path) ?? null)
    return this.#definition
  }

  /** Edits only what this file sets for the environment, and no variable does. */
  editOwn(): Members {
    const targets = leavesOf(this.#config)
    for (const { path } of diff(this.#current(), this.#config)) {
      const names = this.#placeOf(path)
      const setter = this.#patches().findLast(({ value }) => settingOf(value, names) !== undefined)
      if (setter?.layer !== this.#layer || settingOf(setter.value, names) === 'null') continue
      const isVariable = referencesIn(setter.value).some((one) => toPointer(one.path) === path)
      if (!isVariable) this.#set(names, targets.get(path) ?? null)
    }
    return this.#definition
  }

  /** Document options depend on the type: leaving them out is an error for one type and a default for the other. */
  #changeType(): void {
    const before = this.#definition.type
    this.#set(['type'], this.#config.type)
    const path = ['options', 'document']
    const overlay = this.#overlay()
    if (this.#config.type === 'document') {
      if (valueAt(overlay, path) === null) remove(this.#definition, this.#inOverlay(path))
      return
    }
    // A body that said so before is not edited: what it leaves to a base is for other environments, too.
    if (this.#definition.type === 'id_number' && before !== 'id_number') {
      remove(this.#definition, path)
      if (valueAt(this.#belowBody(), path) !== undefined) set(this.#definition, path, null)
    }
    if (valueAt(this.#belowOverlay(), path) === undefined) remove(this.#definition, this.#inOverlay(path))
    else if (settingOf(overlay, path) !== 'null') set(this.#definition, this.#inOverlay(path), null)
  }

  /** Gives one field its value; null means no value. */
  #set(path: Path, value: unknown): void {
    const overlay = this.#overlay()
    const isSet = settingOf(overlay, path) !== undefined
    const isLater = (name: string) => this.#aboveBody(name).some((patch) => settingOf(patch.value, path) !== undefined)
    if (!isSet && this.#mayEditBody && !isLater(this.#environment) && this.#othersTaking(path).every(isLater)) {
      this.#setInBody(path, value)
      return
    }
    if (isSet && same(this.#fromBody(path), value)) this.#unset(path)
    else if (value === null && valueAt(this.#belowOverlay(), path) === undefined) this.#unset(path)
    else {
      this.#openNull(path)
      const written = valueAt(overlay, path) ?? valueAt(this.#belowOverlay(), path)
      set(this.#definition, this.#inOverlay(path), inAuthorsOrder(written, value))
    }
  }

  #setInBody(path: Path, value: unknown): void {
    const below = this.#belowBody()
    openNull(this.#definition, [], path, below)
    const inherited = valueAt(below, path)
    // What the file says only repeats what is below it, or there is nothing below that null would take away.
    if (inherited === undefined ? value === null : same(inherited, value)) remove(this.#definition, path)
    else set(this.#definition, path, inAuthorsOrder(valueAt(this.#definition, path) ?? inherited, value))
  }

  /** Removes a field from the overlay. */
  #unset(path: Path): void {
    this.#openNull(path)
    remove(this.#definition, this.#inOverlay(path))
  }

  #openNull(path: Path): void {
    openNull(this.#definition, this.#inOverlay([]), path, this.#belowOverlay())
  }

  /** The field's value without its setting in the overlay; undefined if that is impossible to say. */
  #fromBody(path: Path): unknown {
    const without = structuredClone(this.#definition)
    const above = path.find((_, index) => valueAt(this.#overlay(), path.slice(0, index + 1)) === null)
    if (above !== undefined && above !== path.at(-1)) return undefined
    remove(without, this.#inOverlay(path))
    const config = configOf(without as unknown as FlowDefinition, this.#about)
    const inConfig = path[0] === 'stripe_flow' ? path.slice(0, 1) : path
    return config.type === this.#config.type || path[0] === 'type' ? (valueAt(config, inConfig) ?? null) : undefined
  }

  /** Where the definition says a field of the configuration. */
  #placeOf(pointer: string): Path {
    return pathInDefinition(fromPointer(pointer), this.#mode)
  }

  /** The other environments that take what the body says there. */
  #othersTaking([name]: Path): string[] {
    return [...this.#environments.keys()].filter(
      (other) =>
        other !== this.#environment && (name !== 'stripe_flow' || this.#environments.get(other) === this.#mode),
    )
  }

  #current(): FlowConfig {
    return configOf(this.#definition as unknown as FlowDefinition, this.#about)
  }

  get #about(): About {
    return { environment: this.#environment, environments: this.#environments, around: this.#around }
  }

  get #layer(): number {
    return this.#around.below.length
  }

  #patches(environment = this.#environment): Patch[] {
    const { below, above } = this.#around
    return patchesIn([...below, this.#definition, ...above], environment)
  }

  /** What is said before the body of this file is. */
  #belowBody(): Members {
    return patched(this.#patches().slice(0, this.#layer))
  }

  /** What is said after the body of this file, for an environment. */
  #aboveBody(environment: string): Patch[] {
    return this.#patches(environment).slice(this.#layer + 1)
  }

  /** What is said before the overlay of this file is. */
  #belowOverlay(): Members {
    const isBefore = ({ layer, within }: Patch) => within.length === 0 || layer < this.#layer
    return patched(this.#patches().filter(isBefore))
  }

  #overlay(environment = this.#environment): unknown {
    return valueAt(this.#definition, ['environments', environment])
  }

  #inOverlay(path: Path): Path {
    return ['environments', this.#environment, ...path]
  }
}

/**
 * `options: null` in a patch resets every option below. To change one, the others must be reset by name. `at`: where
 * the patch is.
 */
function openNull(root: Members, at: Path, path: Path, below: unknown): void {
  for (let length = 1; length < path.length; length += 1) {
    const above = path.slice(0, length)
    if (valueAt(root, [...at, ...above]) !== null) continue
    const inBelow = valueAt(below, above)
    const nulls = isObject(inBelow) ? Object.fromEntries(Object.keys(inBelow).map((name) => [name, null])) : {}
    set(root, [...at, ...above], nulls)
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
