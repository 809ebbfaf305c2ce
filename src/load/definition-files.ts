import { hash } from 'node:crypto'
import type { Diagnostic } from '../model/diagnostic.js'
import type { DefinitionCache } from './cache/definition-cache.js'
import { decode } from './decode.js'
import { type DefinitionFile, readBounded } from './discover.js'
import { parse } from './parse.js'
import { SourceMap } from './source-map.js'

/** A definition as its file says it, not yet checked. */
export interface ReadDefinition extends DefinitionFile {
  /** SHA-256 of the bytes in hex; empty when they could not be read. */
  readonly hash: string
  /** Undefined when the file cannot be read as YAML at all. */
  readonly value: unknown
  /** Faults of bytes and YAML. */
  readonly diagnostics: readonly Diagnostic[]
}

/** The files of one set: hashes first, for they tell what must be parsed. */
export class DefinitionFiles {
  /** In order of the files; empty where a file could not be read. */
  readonly hashes: readonly string[]
  readonly #root: string
  readonly #files: readonly DefinitionFile[]
  readonly #cache: DefinitionCache | undefined
  readonly #parsed: readonly ReadDefinition[] | undefined
  #mapped: { file: string; source: SourceMap | undefined } | undefined

  /** `parse` tells to parse while reading: cheaper than reading twice, where nothing is known of the files. */
  constructor(
    root: string,
    files: readonly DefinitionFile[],
    { cache, parse }: { readonly cache: DefinitionCache | undefined; readonly parse: boolean },
  ) {
    this.#root = root
    this.#files = files
    this.#cache = cache
    if (parse) this.#parsed = files.map((file) => this.#parse(file))
    this.hashes = this.#parsed?.map(({ hash }) => hash) ?? files.map(({ file }) => this.#hash(file))
  }

  /** What the files say. A file that changed since it was hashed comes with its new hash. */
  read(): readonly ReadDefinition[] {
    if (this.#parsed !== undefined) return this.#parsed
    const known = this.#cache?.values()
    return this.#files.map((file, index) => {
      const hash = this.hashes[index] ?? ''
      return known?.has(hash) ? { ...file, hash, value: known.get(hash), diagnostics: [] } : this.#parse(file)
    })
  }

  /** Where things stand in a file; undefined when it is not the text that was read before, or no text. */
  source({ file, hash }: Pick<ReadDefinition, 'file' | 'hash'>): SourceMap | undefined {
    // Questions come file by file; keeping all maps would keep all texts and nodes.
    if (this.#mapped?.file !== file) this.#mapped = { file, source: this.#map(file, hash) }
    return this.#mapped.source
  }

  /** The text that was read before; undefined when the file has changed since. */
  text({ file, hash }: Pick<ReadDefinition, 'file' | 'hash'>): string | undefined {
    const read = readBounded(this.#root, file)
    if ('fault' in read || hashOf(read.bytes) !== hash) return undefined
    const decoded = decode(file, read.bytes)
    return 'fault' in decoded ? undefined : decoded.text
  }

  #hash(file: string): string {
    const read = readBounded(this.#root, file)
    return 'fault' in read ? '' : hashOf(read.bytes)
  }

  #map(file: string, hash: string): SourceMap | undefined {
    const text = this.text({ file, hash })
    return text === undefined ? undefined : new SourceMap(text)
  }

  #parse(file: DefinitionFile): ReadDefinition {
    const read = readBounded(this.#root, file.file)
    if ('fault' in read) return { ...file, hash: '', value: undefined, diagnostics: [read.fault] }
    const hash = hashOf(read.bytes)
    const decoded = decode(file.file, read.bytes)
    if ('fault' in decoded) return { ...file, hash, value: undefined, diagnostics: [decoded.fault] }
    return { ...file, hash, ...parse(file.file, decoded.text) }
  }
}

function hashOf(bytes: Buffer): string {
  return hash('sha256', bytes, 'hex')
}
