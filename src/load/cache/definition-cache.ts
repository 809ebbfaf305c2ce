import { readCacheBytes, readCacheFile, writeCacheBytes, writeCacheFile } from './cache-file.js'
import { KeptValues, linesOf } from './kept-values.js'

/** A set in which an earlier run found no fault. */
export interface ValidSet {
  /** It covers the fingerprint. */
  readonly digest: string
  /** Paths of the bases that files of the set extend. */
  readonly bases: readonly string[]
}

/**
 * What earlier runs found out about one kind of files, such as definitions:
 *
 *   definitions.set     digest of the last set without fault, and its bases: if the set is still the same, nothing needs to be parsed
 *                       or checked
 *   definitions.values  the value of each file by the hash of its content, a line for each: if some files changed, only
 *                       those are parsed
 */
export class DefinitionCache {
  readonly #root: string
  readonly #fingerprint: string
  readonly #kind: string
  #values: KeptValues | undefined

  /** `fingerprint` names the program and its rules. The cache of another program is not used. */
  constructor(root: string, fingerprint: string, kind: string) {
    this.#root = root
    this.#fingerprint = fingerprint
    this.#kind = kind
  }

  /** The last valid set. */
  validSet(): ValidSet | null {
    const kept = readCacheFile<ValidSet | string>(this.#root, `${this.#kind}.set`)
    // Earlier programs kept only the digest.
    return typeof kept === 'string' ? null : kept
  }

  /** Values by content hash. */
  values(): KeptValues {
    this.#values ??= new KeptValues(readCacheBytes(this.#root, `${this.#kind}.values`), this.#fingerprint)
    return this.#values
  }

  /** Lets go of the values. They are read again if somebody asks for one. */
  release(): void {
    this.#values = undefined
  }

  /** Replaces the cache. Entries that are not in `values` are dropped, so the cache never outgrows the files. */
  save(set: ValidSet, values: ReadonlyMap<string, unknown>): void {
    if (!this.#holds(values)) {
      this.release()
      writeCacheBytes(this.#root, `${this.#kind}.values`, linesOf(this.#fingerprint, values))
    }
    writeCacheFile(this.#root, `${this.#kind}.set`, set)
  }

  #holds(values: ReadonlyMap<string, unknown>): boolean {
    const known = this.values()
    return known.size === values.size && [...values.keys()].every((hash) => known.has(hash))
  }
}
