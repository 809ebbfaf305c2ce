import type { ReadDefinition } from '../../load/definition-files.js'
import { type Layer, patchesIn, referencesIn } from '../../model/flow.js'
import { fromPointer, toPointer } from '../../model/json-pointer.js'
import { memberOf } from '../../validate/definition.js'
import { chainOf } from '../../validate/extends.js'
import type { SourceSet } from './source-set.js'

/** The layers of definitions, by the paths of these. */
export class LayersOf {
  readonly #set: SourceSet
  readonly #folders: readonly string[]
  #extending: ReadonlyMap<string, readonly string[]> | undefined

  constructor(set: SourceSet, folders: readonly string[]) {
    this.#set = set
    this.#folders = folders
  }

  /** What a definition extends, the farthest first. */
  below(value: unknown): readonly Layer[] {
    return this.#chain(value).map((base) => base.value as Layer)
  }

  /** The same with their paths, and the definition as the last one. */
  of(file: string): readonly { readonly file: string; readonly value: Layer }[] {
    const value = this.#set.one(file)?.value
    return [...this.#chain(value), { file, value }].map((one) => ({
      file: one.file,
      value: (one.value ?? {}) as Layer,
    }))
  }

  /** The definitions that extend a base, except one. */
  extending(base: string, except: string): readonly string[] {
    this.#extending ??= this.#index()
    return this.#extending.get(base)?.filter((file) => file !== except) ?? []
  }

  #index(): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, string[]>()
    for (const { file, value } of this.#set.each()) {
      for (const base of this.#chain(value)) found.set(base.file, [...(found.get(base.file) ?? []), file])
    }
    return found
  }

  #chain(value: unknown): readonly ReadDefinition[] {
    return chainOf({ file: '', value }, this.#set.bases(), this.#folders) ?? []
  }
}

/** The variable that gives a field its value; undefined if none does. */
export function variableAt(layers: readonly Layer[], environment: string, pointer: string): string | undefined {
  const path = fromPointer(pointer)
  const setter = patchesIn(layers, environment).findLast(({ value }) => memberOf(value, path) !== undefined)
  return setter && referencesIn(setter.value).find((one) => toPointer(one.path) === pointer)?.variable
}
