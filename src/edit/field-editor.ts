import { type FlowConfig, type Patch, patched, patchesIn, pathInDefinition, referencesIn } from '../model/flow.js'
import { fromPointer, toPointer } from '../model/json-pointer.js'
import { leavesOf } from '../model/leaves.js'
import type { Mode, Modes } from '../model/mode.js'
import type { FlowDefinition } from '../model/schema-types.js'
import { diff } from '../plan/diff.js'
import { type About, type Around, configOf, NOTHING_AROUND, same, type Wanted } from './around.js'
import { inAuthorsOrder, type Members, openNull, type Path, remove, set, settingOf, valueAt } from './members.js'

/** Edits a file, field by field, until it says what is wanted in an environment, as far as it can. */
export class FieldEditor {
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
