import { DefinitionCache } from '../../load/cache/definition-cache.js'
import { DefinitionFiles, type ReadDefinition } from '../../load/definition-files.js'
import { type DefinitionFile, discover } from '../../load/discover.js'
import { locateField } from '../../load/locate-field.js'
import { placeIssues, positionOf } from '../../load/place-issues.js'
import { canonicalJson, compareText, sha256 } from '../../model/canonical.js'
import { compareDiagnostics, type Diagnostic, type SourcePosition } from '../../model/diagnostic.js'
import { BODY_FIELDS, type FlowBody, normalise } from '../../model/flow.js'
import { mergePatch } from '../../model/merge-patch.js'
import type { FlowDefinition } from '../../model/schema-types.js'
import type { DesiredFlow } from '../../model/state.js'
import { checkDefinition } from '../../validate/definition.js'
import { checkDefinitionSet } from '../../validate/definition-set.js'
import { FINGERPRINT } from '../../validate/generated/fingerprint.js'
import { linkedAway, locateInConfig, type Project } from './project.js'

export { loadProject, type Project, type ProjectConfig } from './project.js'

/** All definitions of a project, read and checked. */
export interface Definitions {
  /** Number of definition files, faulty ones too. */
  readonly count: number
  /** Everything that is wrong, in order of file, line and column. */
  readonly diagnostics: readonly Diagnostic[]
  /** SHA-256 over all that decides the desired flows: paths, contents, configuration, schemas, program. */
  readonly digest: string
  /** The flows of one environment in order of key. Only without errors; throws when files changed since. */
  desired(environment: string): DesiredFlow[]
  /** Where the definition sets this field of a flow's configuration for this environment; null where a default does. */
  locate(file: string, environment: string, pointer: string): SourcePosition | null
  /** Line of the first field of the body; 1 when the file has changed since. */
  bodyLine(file: string): number
  /** The text of a definition as it was read and checked; undefined when the file has changed since. */
  text(file: string): string | undefined
}

/**
 * Reads and checks the definitions of a project. Never throws for what users write. With the cache (the default) what
 * was read before is not parsed again; the outcome is the same.
 */
export function readDefinitions(project: Project, options: { cache?: boolean } = {}): Definitions {
  const { root } = project
  const cache = options.cache === false ? undefined : new DefinitionCache(root, FINGERPRINT)
  const folder = findDefinitions(project)
  const valid = cache?.validSet() ?? null
  const files = new DefinitionFiles(root, folder.files, { cache, parse: valid === null })
  const faults = folder.diagnostics

  const digest = digestOf(project, folder.files, files.hashes)
  if (faults.length === 0 && valid === digest) {
    return new CheckedDefinitions(files, folder.files, digest, [])
  }

  const definitions = files.read()
  const diagnostics = [...faults, ...check(project, definitions, files)].sort(compareDiagnostics)
  const hashes = definitions.map(({ hash }) => hash)
  const digestRead = digestOf(project, definitions, hashes)
  if (diagnostics.length === 0) cache?.save(digestRead, valuesByHash(definitions))
  return new CheckedDefinitions(files, folder.files, digestRead, diagnostics, definitions)
}

/** The definition files of a project, unread, and what is wrong with the folder that they are in. */
export function findDefinitions(project: Project): {
  readonly files: readonly DefinitionFile[]
  readonly diagnostics: readonly Diagnostic[]
} {
  const { files, diagnostics, exists } = discover(project.root, project.config.flows)
  return { files, diagnostics: diagnostics.length > 0 ? diagnostics : folderFaults(project, exists, files.length) }
}

class CheckedDefinitions implements Definitions {
  readonly count: number
  readonly digest: string
  readonly diagnostics: readonly Diagnostic[]
  readonly #files: DefinitionFiles
  #definitions: readonly ReadDefinition[] | undefined
  readonly #hashes: ReadonlyMap<string, string>

  constructor(
    files: DefinitionFiles,
    listed: readonly DefinitionFile[],
    digest: string,
    diagnostics: readonly Diagnostic[],
    definitions?: readonly ReadDefinition[],
  ) {
    this.count = listed.length
    this.digest = digest
    this.diagnostics = diagnostics
    this.#files = files
    this.#definitions = definitions
    this.#hashes = new Map(
      listed.map(({ file }, index) => [file, definitions?.[index]?.hash ?? files.hashes[index] ?? '']),
    )
  }

  desired(environment: string): DesiredFlow[] {
    if (this.diagnostics.length > 0) throw new Error('definitions with errors describe no flows')
    return this.#read()
      .map(({ file, key, value }) => {
        const { environments = {}, renamed_from: renamedFrom = null, ...body } = value as FlowDefinition
        const overlay = Object.hasOwn(environments, environment) ? environments[environment] : undefined
        const config = normalise((overlay === undefined ? body : mergePatch(body, overlay)) as FlowBody)
        return { key, renamedFrom, config, file }
      })
      .sort((a, b) => compareText(a.key, b.key))
  }

  locate(file: string, environment: string, pointer: string): SourcePosition | null {
    const source = this.#source(file)
    if (source === undefined) return null
    const place = locateField(source, environment, pointer)
    return place === null ? null : { file, ...place }
  }

  text(file: string): string | undefined {
    return this.#files.text({ file, hash: this.#hashes.get(file) ?? '' })
  }

  bodyLine(file: string): number {
    const text = this.text(file)
    if (text === undefined) return 1
    return quickBodyLine(text) ?? this.#source(file)?.firstLine(BODY_FIELDS) ?? 1
  }

  #source(file: string) {
    return this.#files.source({ file, hash: this.#hashes.get(file) ?? '' })
  }

  #read(): readonly ReadDefinition[] {
    if (this.#definitions === undefined) {
      const definitions = this.#files.read()
      if (definitions.some(({ file, hash }) => hash !== this.#hashes.get(file))) {
        throw new Error('the definitions were changed while they were read; run the command again')
      }
      this.#definitions = definitions
    }
    return this.#definitions
  }
}

function check(project: Project, definitions: readonly ReadDefinition[], files: DefinitionFiles): Diagnostic[] {
  const environments = Object.keys(project.config.environments)
  const byFile = new Map(definitions.map((definition) => [definition.file, definition]))
  const diagnostics: Diagnostic[] = []
  for (const definition of definitions) {
    const { file, value } = definition
    diagnostics.push(...definition.diagnostics)
    if (value === undefined) continue
    const all = checkDefinition(value, environments)
    // A field may be missing because YAML's faults hid it.
    const issues = definition.diagnostics.length === 0 ? all : all.filter(({ code }) => code !== 'MISSING_FIELD')
    if (issues.length > 0) diagnostics.push(...placeIssues(file, issues, files.source(definition)))
  }
  const place = (file: string, where: Parameters<typeof positionOf>[1]) => {
    const definition = byFile.get(file)
    return positionOf(file, where, definition === undefined ? undefined : files.source(definition))
  }
  for (const { file, issue, related } of checkDefinitionSet(definitions)) {
    const { code, message, hint } = issue
    diagnostics.push({
      severity: 'error',
      code,
      message,
      ...(hint !== undefined && { hint }),
      at: place(file, issue),
      ...(related !== undefined && {
        related: related.map(({ file: other, pointer }) =>
          place(other, { pointer, part: pointer === '' ? 'key' : 'value' }),
        ),
      }),
    })
  }
  return diagnostics
}

function folderFaults(project: Project, exists: boolean | 'link', count: number): Diagnostic[] {
  if (exists && count > 0) return []
  const folder = project.config.flows
  if (exists === 'link') return [linkedAway(project, 'flows', folder)]
  return [
    {
      severity: 'error',
      code: exists ? 'FOLDER_EMPTY' : 'FOLDER_MISSING',
      message: exists ? `there is no definition in the folder "${folder}"` : `there is no folder "${folder}"`,
      hint: exists ? 'a definition is a file that ends in .yaml or .yml' : 'make it, or name another one in "flows"',
      at: locateInConfig(project, '/flows'),
    },
  ]
}

function digestOf(project: Project, files: readonly DefinitionFile[], hashes: readonly string[]): string {
  const list = files.map(({ file }, index) => `${JSON.stringify(file)} ${hashes[index]}\n`).join('')
  return sha256(`${FINGERPRINT}\n${canonicalJson(project.config)}\n${list}`)
}

function valuesByHash(definitions: readonly ReadDefinition[]): Map<string, unknown> {
  return new Map(definitions.map(({ hash, value }) => [hash, value]))
}

/**
 * The line of the first field, without parsing: the first line that is neither blank nor comment nor document start, if
 * it begins with a field's name. A plan of ten thousand new flows asks this of each file.
 */
function quickBodyLine(text: string): number | undefined {
  const before = /^(?:[ \t]*(?:#[^\n]*)?\r?\n|---[ \t]*\r?\n)*/.exec(text)?.[0] ?? ''
  const name = /^([a-z_]+):/.exec(text.slice(before.length, before.length + 40))?.[1]
  return BODY_FIELDS.some((field) => field === name) ? before.split('\n').length : undefined
}
