import { DefinitionCache } from '../../load/cache/definition-cache.js'
import { DefinitionFiles, type ReadDefinition } from '../../load/definition-files.js'
import type { DefinitionFile } from '../../load/discover.js'
import { placeIssues, positionOf } from '../../load/place-issues.js'
import type { SourceMap } from '../../load/source-map.js'
import { canonicalJson, compareText, sha256Of } from '../../model/canonical.js'
import { compareDiagnostics, type Diagnostic, type Issue } from '../../model/diagnostic.js'
import type { FileIssue } from '../../validate/definition-set.js'
import { FINGERPRINT } from '../../validate/generated/fingerprint.js'
import { locateInConfig, type Project } from './project.js'

/** The files of a folder, unread, and what is wrong with the folder. */
export interface Found {
  readonly files: readonly DefinitionFile[]
  readonly diagnostics: readonly Diagnostic[]
}

export interface SetOptions {
  /** Whether to reuse what an earlier run found out; the outcome is the same. By default true. */
  readonly cache?: boolean | undefined
}

/** One kind of files: definitions or policies. */
export interface Kind {
  /** Names what the cache keeps of them. */
  readonly name: string
  /** The path of the base that a file extends; undefined if it extends none. */
  readonly baseOf?: (value: unknown) => string | undefined
}

/** Bases by their paths. */
export type Bases = ReadonlyMap<string, ReadDefinition>

/** What may be wrong with the files of one kind. */
export interface Checks {
  /** Faults in one file's value, and faults with a place inside a text. */
  file(read: ReadDefinition): FileFaults
  /** The same for bases. */
  base?(read: ReadDefinition): FileFaults
  /** Faults that only show if all files are seen together. */
  set(read: readonly ReadDefinition[], bases: Bases): readonly FileIssue[]
}

interface FileFaults {
  readonly issues: readonly Issue[]
  readonly within?: readonly Within[]
}

type Within = Pick<Issue, 'code' | 'message' | 'hint' | 'pointer'> & { readonly offset: number }

/** All files of one kind in a project: definitions or policies. With the cache, known files are not parsed again. */
export class SourceSet {
  readonly listed: readonly DefinitionFile[]
  /** Whether an earlier run found exactly this set without fault. */
  readonly isValid: boolean
  readonly #project: Project
  readonly #kind: Kind
  readonly #files: DefinitionFiles
  readonly #cache: DefinitionCache | undefined
  readonly #faults: readonly Diagnostic[]
  readonly #decided: string
  #digest: string
  #hashes: readonly string[]
  #baseHashes: ReadonlyMap<string, string>
  /** Whether the cache was given what the files say. If it could not keep that, they are parsed again. */
  #isKept = false
  #bases: Bases | undefined
  #read: readonly ReadDefinition[] | undefined
  #indexes: ReadonlyMap<string, number> | undefined

  /** `decides`: the part of the configuration that also decides the result. */
  constructor(project: Project, kind: Kind, found: Found, decides: unknown, { cache = true }: SetOptions) {
    this.#project = project
    this.#kind = kind
    this.#cache = cache ? new DefinitionCache(project.root, FINGERPRINT, kind.name) : undefined
    this.listed = found.files
    this.#faults = found.diagnostics
    this.#decided = canonicalJson(decides)
    const valid = this.#cache?.validSet() ?? null
    this.#files = new DefinitionFiles(project.root, found.files, { cache: this.#cache, parse: valid === null })
    this.#hashes = this.#files.hashes
    // If the files are those of that run, so are the bases that they name, and the bases of these.
    this.#baseHashes = new Map(valid?.bases.map((file) => [file, this.#files.hash(file)]))
    this.#digest = this.#digestOf()
    this.isValid = this.#faults.length === 0 && valid?.digest === this.#digest
  }

  /** SHA-256 over everything that decides what the files say: paths, contents, configuration, schemas, program. */
  get digest(): string {
    return this.#digest
  }

  /** Everything that is wrong, in order of file, line and column. A set without fault is remembered. */
  check(checks: Checks): readonly Diagnostic[] {
    const read = this.#files.read()
    const bases = this.#follow(read)
    this.#read = read
    this.#bases = bases
    this.#hashes = read.map(({ hash }) => hash)
    this.#baseHashes = hashesOf(bases)
    this.#digest = this.#digestOf()
    const all = [...read, ...bases.values()]
    const { file, base = file } = checks
    const ofFiles = all.flatMap((one) => [
      ...one.diagnostics,
      ...this.#faultsOf(one, (each) => (bases.has(each.file) ? base(each) : file(each))),
    ])
    const byFile = new Map(all.map((one) => [one.file, one]))
    const ofSet = checks.set(read, bases).map((issue) => this.#placed(issue, byFile))
    const diagnostics = [...this.#faults, ...ofFiles, ...ofSet].sort(compareDiagnostics)
    this.#isKept = this.#cache !== undefined && diagnostics.length === 0
    if (this.#isKept) {
      const set = { digest: this.#digest, bases: [...bases.keys()] }
      this.#cache?.save(set, new Map(all.map(({ hash, value }) => [hash, value])))
    }
    this.#cache?.release()
    return diagnostics
  }

  /** What the files say. Throws if one has changed since the set was opened. */
  read(): readonly ReadDefinition[] {
    this.#read ??= this.#unchanged(this.#files.read())
    return this.#read
  }

  /** The same one by one, for callers that hold none of them. Afterwards, what the cache was given is held nowhere else. */
  *each(): Generator<ReadDefinition> {
    if (this.#read !== undefined) {
      yield* this.#read
      if (this.#isKept) {
        this.#read = undefined
        this.#files.release()
      }
      return
    }
    let index = 0
    for (const one of this.#files.each()) {
      if (one.hash !== this.#hashes[index]) throw changedMeanwhile()
      index += 1
      yield one
    }
    this.#cache?.release()
  }

  /** What one file says; undefined if the set has no such file. Throws as `read` does. */
  one(file: string): ReadDefinition | undefined {
    this.#indexes ??= new Map(this.listed.map((each, index) => [each.file, index]))
    const index = this.#indexes.get(file)
    if (index === undefined || this.#read !== undefined) return this.#read?.[index ?? -1]
    const found = this.#files.one(index)
    if (found?.hash !== this.#hashes[index]) throw changedMeanwhile()
    return found
  }

  /** The bases that the files extend, and those that these extend. */
  bases(): Bases {
    this.#bases ??= this.isValid ? this.#knownBases() : this.#follow(this.#files.read())
    return this.#bases
  }

  /** The text of a file as it was read and checked; undefined if it has changed since. */
  text(file: string): string | undefined {
    return this.#files.text({ file, hash: this.#hashOf(file) })
  }

  /** The places of things in a file; undefined if it has changed since. */
  source(file: string): SourceMap | undefined {
    return this.#files.source({ file, hash: this.#hashOf(file) })
  }

  #unchanged(read: readonly ReadDefinition[]): readonly ReadDefinition[] {
    if (read.some(({ hash }, index) => hash !== this.#hashes[index])) throw changedMeanwhile()
    return read
  }

  /** Those of the earlier run that found no fault: the same files name the same bases. */
  #knownBases(): Bases {
    const read = this.#files.others([...this.#baseHashes.keys()])
    const isSame = read.length === this.#baseHashes.size
    if (!isSame || read.some(({ file, hash }) => hash !== this.#baseHashes.get(file))) throw changedMeanwhile()
    return new Map(read.map((one) => [one.file, one]))
  }

  #hashOf(file: string): string {
    const ofBase = this.#baseHashes.get(file)
    if (ofBase !== undefined) return ofBase
    this.#indexes ??= new Map(this.listed.map((one, index) => [one.file, index]))
    return this.#hashes[this.#indexes.get(file) ?? -1] ?? ''
  }

  #follow(read: readonly ReadDefinition[]): Bases {
    const { baseOf } = this.#kind
    const bases = new Map<string, ReadDefinition>()
    const seen = new Set<string>()
    for (let files = read; baseOf !== undefined && files.length > 0; ) {
      const named = new Set(files.map(({ value }) => baseOf(value)).filter((file) => file !== undefined))
      const fresh = [...named].filter((file) => !seen.has(file)).sort(compareText)
      for (const file of fresh) seen.add(file)
      files = this.#files.others(fresh)
      for (const one of files) bases.set(one.file, one)
    }
    return bases
  }

  #faultsOf(read: ReadDefinition, check: Checks['file']): Diagnostic[] {
    const { file, value } = read
    if (value === undefined) return []
    const { issues: all, within = [] } = check(read)
    // A field may be missing only because a YAML fault hid it.
    const issues = read.diagnostics.length === 0 ? all : all.filter(({ code }) => code !== 'MISSING_FIELD')
    if (issues.length + within.length === 0) return []
    const source = this.#files.source(read)
    const placed = within.map(({ pointer, offset, ...said }): Diagnostic => {
      const place = source?.within(pointer, offset) ?? { line: 1, column: 1 }
      return diagnostic(said, { file, ...place })
    })
    return [...placeIssues(file, issues, source), ...placed]
  }

  #placed({ file, issue, related, environments }: FileIssue, byFile: ReadonlyMap<string, ReadDefinition>): Diagnostic {
    const place = (name: string, where: Parameters<typeof positionOf>[1]) => {
      if (name === this.#project.configFile) return locateInConfig(this.#project, where.pointer)
      const one = byFile.get(name)
      return positionOf(name, where, one && this.#files.source(one))
    }
    const others = related?.map(({ file: other, pointer }) =>
      place(other, { pointer, part: pointer === '' ? 'key' : 'value' }),
    )
    return {
      ...diagnostic(issue, place(file, issue)),
      ...(others !== undefined && { related: others }),
      ...(environments !== undefined && { environments }),
    }
  }

  #digestOf(): string {
    return sha256Of(this.#deciding())
  }

  *#deciding(): Generator<string> {
    yield `${FINGERPRINT}\n${this.#decided}\n`
    for (const [index, { file }] of this.listed.entries()) yield `${JSON.stringify(file)} ${this.#hashes[index]}\n`
    yield* [...this.#baseHashes].map(([file, hash]) => `base ${JSON.stringify(file)} ${hash}\n`).sort()
  }
}

function changedMeanwhile(): Error {
  return new Error('the files were changed while they were read; run the command again')
}

function hashesOf(bases: Bases): ReadonlyMap<string, string> {
  return new Map([...bases.values()].map(({ file, hash }) => [file, hash]))
}

function diagnostic(
  { code, message, hint }: Pick<Issue, 'code' | 'message' | 'hint'>,
  at: Diagnostic['at'],
): Diagnostic {
  return { severity: 'error', code, message, ...(hint !== undefined && { hint }), at }
}
