import { readCacheFile, writeCacheFile } from './cache-file.js'

interface Values {
  readonly fingerprint: string
  readonly hashes: readonly string[]
  readonly values: readonly unknown[]
}

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
 *   definitions.values  the value of each file by the hash of its content: if some files changed, only those are parsed
 */
export class DefinitionCache {
  readonly #root: string
  readonly #fingerprint: string
  readonly #kind: string
  #values: ReadonlyMap<string, unknown> | undefined

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
  values(): ReadonlyMap<string, unknown> {
    this.#values ??= this.#read()
    return this.#values
  }

  /** Replaces the cache. Entries that are not in `values` are dropped, so the cache never outgrows the files. */
  save(set: ValidSet, values: ReadonlyMap<string, unknown>): void {
    const known = this.values()
    if (known.size !== values.size || [...values.keys()].some((hash) => !known.has(hash))) {
      const kept: Values = { fingerprint: this.#fingerprint, hashes: [...values.keys()], values: [...values.values()] }
      writeCacheFile(this.#root, `${this.#kind}.values`, kept)
    }
    writeCacheFile(this.#root, `${this.#kind}.set`, set)
  }

  #read(): Map<string, unknown> {
    const kept = readCacheFile<Values>(this.#root, `${this.#kind}.values`)
    if (kept === null || kept.fingerprint !== this.#fingerprint) return new Map()
    return new Map(kept.hashes.map((hash, index) => [hash, kept.values[index]]))
  }
}
