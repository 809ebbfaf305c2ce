import { hash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { Diagnostic } from '../model/diagnostic.js'
import { MOSTLY_DIFFERENT, SharedParts } from '../model/shared-parts.js'
import type { DefinitionCache } from './cache/definition-cache.js'
import { decode } from './decode.js'
import { type DefinitionFile, readBounded } from './discover.js'
import { parse } from './parse.js'
import { SourceMap } from './source-map.js'

/** A definition as its file says it, not checked yet. */
export interface ReadDefinition extends DefinitionFile {
  /** SHA-256 of the bytes in hex; empty if they could not be read. */
  readonly hash: string
  /** Undefined if the file is not readable as YAML at all. */
  readonly value: unknown
  /** Faults in bytes and YAML. */
  readonly diagnostics: readonly Diagnostic[]
}

/** The files of one set. Hashes come first: they show what must be parsed. */
export class DefinitionFiles {
  /** In the order of the files; empty if a file could not be read. */
  readonly hashes: readonly string[]
  readonly #root: string
  readonly #files: readonly DefinitionFile[]
  readonly #cache: DefinitionCache | undefined
  #parsed: readonly ReadDefinition[] | undefined
  #mapped: { file: string; source: SourceMap | undefined } | undefined

  /** `parse`: parse while reading, which is cheaper than reading twice if nothing is known about the files. */
  constructor(
    root: string,
    files: readonly DefinitionFile[],
    { cache, parse }: { readonly cache: DefinitionCache | undefined; readonly parse: boolean },
  ) {
    this.#root = root
    this.#files = files
    this.#cache = cache
    if (parse) this.#parsed = [...this.#sharing(this.#parsing(files))]
    this.hashes = this.#parsed?.map(({ hash }) => hash) ?? files.map(({ file }) => this.hash(file))
  }

  /** What the files say. A file that changed since it was hashed gets its new hash. */
  read(): readonly ReadDefinition[] {
    return this.#parsed ?? [...this.#sharing(this.each())]
  }

  /** The same one by one, for callers that hold none of them. */
  *each(): Generator<ReadDefinition> {
    if (this.#parsed !== undefined) return yield* this.#parsed
    for (const [index, file] of this.#files.entries()) yield this.#known(index) ?? this.#parse(file)
  }

  /** What one file says, by its place in the set. */
  one(index: number): ReadDefinition | undefined {
    const file = this.#files[index]
    return this.#parsed?.[index] ?? this.#known(index) ?? (file && this.#parse(file))
  }

  /** Lets go of what the files say. They are read again if somebody asks. */
  release(): void {
    this.#parsed = undefined
  }

  /** Other files, which files of the set name. A file that is not there is left out. */
  others(names: readonly string[]): readonly ReadDefinition[] {
    const files = names.filter((file) => isThere(this.#root, file)).map((file) => ({ file, key: '' }))
    return new DefinitionFiles(this.#root, files, { cache: this.#cache, parse: false }).read()
  }

  /** SHA-256 of a file's bytes; empty if it cannot be read. */
  hash(file: string): string {
    const read = readBounded(this.#root, file)
    return 'fault' in read ? '' : hashOf(read.bytes)
  }

  /** The places in a file; undefined if its text changed since, or if it is not text. */
  source({ file, hash }: Pick<ReadDefinition, 'file' | 'hash'>): SourceMap | undefined {
    // Callers ask file by file; keeping all maps would keep all texts and nodes.
    if (this.#mapped?.file !== file) this.#mapped = { file, source: this.#map(file, hash) }
    return this.#mapped.source
  }

  /** The text as read before; undefined if the file has changed since. */
  text({ file, hash }: Pick<ReadDefinition, 'file' | 'hash'>): string | undefined {
    const read = readBounded(this.#root, file)
    if ('fault' in read || hashOf(read.bytes) !== hash) return undefined
    const decoded = decode(file, read.bytes)
    return 'fault' in decoded ? undefined : decoded.text
  }

  /** What an earlier run found that the file says. */
  #known(index: number): ReadDefinition | undefined {
    const [file, hash = ''] = [this.#files[index], this.hashes[index]]
    const known = this.#cache?.values()
    return file && known?.has(hash) ? { ...file, hash, value: known.get(hash), diagnostics: [] } : undefined
  }

  *#parsing(files: readonly DefinitionFile[]): Generator<ReadDefinition> {
    for (const file of files) yield this.#parse(file)
  }

  *#sharing(read: Iterable<ReadDefinition>): Generator<ReadDefinition> {
    const parts = new SharedParts()
    for (const one of read) yield { ...one, value: parts.within(one.value, MOSTLY_DIFFERENT) }
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

/** A link that leads nowhere is there, too: reading it says so. */
function isThere(root: string, file: string): boolean {
  return lstatSync(join(root, file), { throwIfNoEntry: false }) !== undefined
}

function hashOf(bytes: Buffer): string {
  return hash('sha256', bytes, 'hex')
}
