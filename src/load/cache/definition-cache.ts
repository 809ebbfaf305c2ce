import { readCacheFile, writeCacheFile } from './cache-file.js'

interface Values {
  readonly fingerprint: string
  readonly hashes: readonly string[]
  readonly values: readonly unknown[]
}

/**
 * What earlier runs found out of one kind of files, such as definitions:
 *
 *   definitions.set     digest of the last set that was found to be without fault: if it is still the same set, nothing
 *                       needs to be parsed or checked
 *   definitions.values  what each file's content says, by the content's hash: if some files changed, only those are
 *                       parsed
 */
export class DefinitionCache {
  readonly #root: string
  readonly #fingerprint: string
  readonly #kind: string
  #values: ReadonlyMap<string, unknown> | undefined

  /** `fingerprint` names the program and its rules: what another program kept is not used. */
  constructor(root: string, fingerprint: string, kind: string) {
    this.#root = root
    this.#fingerprint = fingerprint
    this.#kind = kind
  }

  /** Digest of the last set that was found valid; it must cover the fingerprint. */
  validSet(): string | null {
    return readCacheFile<string>(this.#root, `${this.#kind}.set`)
  }

  /** Values by content hash. */
  values(): ReadonlyMap<string, unknown> {
    this.#values ??= this.#read()
    return this.#values
  }

  /** Replaces what is kept. What is not in `values` is dropped, so the cache never outgrows the files. */
  save(set: string, values: ReadonlyMap<string, unknown>): void {
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
