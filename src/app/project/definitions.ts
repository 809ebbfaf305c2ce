import { discover } from '../../load/discover.js'
import { locateInLayers } from '../../load/locate-field.js'
import { compareText } from '../../model/canonical.js'
import { concerning, type Diagnostic, type SourcePosition } from '../../model/diagnostic.js'
import {
  BODY_FIELDS,
  bodyIn,
  configIn,
  type FlowBody,
  type FlowKey,
  pathInDefinition,
  type Surroundings,
} from '../../model/flow.js'
import { fromPointer, toPointer } from '../../model/json-pointer.js'
import { modesOf } from '../../model/mode.js'
import type { FlowDefinition } from '../../model/schema-types.js'
import { MOSTLY_DIFFERENT, SharedParts } from '../../model/shared-parts.js'
import type { DesiredFlow } from '../../model/state.js'
import { baseOf } from '../../validate/extends.js'
import { checksOf, foldersOf, variablesOf } from './definition-checks.js'
import { LayersOf, variableAt } from './definition-layers.js'
import { linkedAway, locateInConfig, type Project } from './project.js'
import { type Found, type Kind, type SetOptions, SourceSet } from './source-set.js'

/** All definitions of a project, read and checked. */
export interface Definitions {
  /** Number of definition files, including faulty ones. */
  readonly count: number
  /** The keys of all files, in order of their paths. */
  readonly keys: readonly FlowKey[]
  /** Everything that is wrong, in order of file, line and column. */
  readonly diagnostics: readonly Diagnostic[]
  /** SHA-256 over everything that decides the desired flows: paths, contents, configuration, schemas, program. */
  readonly digest: string
  /** The flows of one environment in order of key. Only if it has no errors; throws if files changed since. */
  desired(environment: string): DesiredFlow[]
  /** Where this field of a definition's flow is set for this environment; null if a default sets it. */
  locate(file: string, environment: string, pointer: string): FieldPlace | null
  /** What a definition says about its flow in one environment, without defaults. */
  body(file: string, environment: string): FlowBody
  /** What stands around a definition; its own value is not part of it. */
  surroundings(file: string): Surroundings & { readonly files: readonly BaseFile[] }
  /** The bases of all definitions, in order of their paths. */
  readonly bases: readonly string[]
  /** Line of the first field of the body; 1 if the file has changed since. */
  bodyLine(file: string): number
  /** The text of a definition as it was read and checked; undefined if the file has changed since. */
  text(file: string): string | undefined
}

/** The place of a value: in the definition, or in a base that it extends. */
interface FieldPlace extends SourcePosition {
  /** The variable that stands there, with the place of its value. */
  readonly variable?: { readonly name: string; readonly at: SourcePosition } | undefined
}

/** A base of one definition. */
interface BaseFile {
  readonly file: string
  /** The other definitions that extend it too, directly or not. */
  readonly others: readonly string[]
}

/** Reads and checks the definitions of a project. Mistakes of users never make it throw. */
export function readDefinitions(project: Project, options: SetOptions = {}): Definitions {
  const set = setOf(project, options)
  const diagnostics = set.isValid ? [] : set.check(checksOf(project))
  const variables = variablesOf(project)
  const modes = modesOf(project.config.environments)
  const layers = new LayersOf(set, foldersOf(project))
  return {
    count: set.listed.length,
    keys: set.listed.map(({ key }) => key),
    digest: set.digest,
    diagnostics,
    get bases() {
      return [...set.bases().keys()].sort(compareText)
    },
    body: (file, environment) => {
      const all = layers.of(file)
      return bodyIn(all.at(-1)?.value ?? {}, environment, {
        bases: all.slice(0, -1).map(({ value }) => value),
        variables,
        modes,
      })
    },
    surroundings: (file) => {
      const bases = layers.of(file).slice(0, -1)
      return {
        bases: bases.map(({ value }) => value),
        variables,
        modes,
        files: bases.map((base) => ({ file: base.file, others: layers.extending(base.file, file) })),
      }
    },
    desired: (environment) => {
      if (concerning(diagnostics, environment).length > 0) throw new Error('definitions with errors describe no flows')
      const parts = new SharedParts()
      const flows: DesiredFlow[] = []
      for (const { file, key, value } of set.each()) {
        const definition = value as FlowDefinition
        const { renamed_from: renamedFrom = null } = definition
        const config = configIn(definition, environment, { bases: layers.below(value), variables, modes })
        flows.push({ key, renamedFrom, config: parts.within(config, MOSTLY_DIFFERENT), file })
      }
      return flows.sort((a, b) => compareText(a.key, b.key))
    },
    locate: (file, environment, field) => {
      const pointer = toPointer(pathInDefinition(fromPointer(field), modes.get(environment) ?? 'test'))
      const all = layers.of(file)
      const sources = all.map((layer) => layer.file)
      const found = locateInLayers(all.length, (layer) => set.source(sources[layer] ?? ''), environment, pointer)
      if (found === null) return null
      const name = variableAt(
        all.map(({ value }) => value),
        environment,
        pointer,
      )
      const at = name && locateInConfig(project, toPointer(['environments', environment, 'variables', name]))
      return { file: sources[found.layer] ?? file, ...found.at, ...(name && at && { variable: { name, at } }) }
    },
    bodyLine: (file) => {
      const text = set.text(file)
      if (text === undefined) return 1
      return quickBodyLine(text) ?? set.source(file)?.firstLine(BODY_FIELDS) ?? 1
    },
    text: (file) => set.text(file),
  }
}

/** Paths of the bases that definitions of a project extend, whether or not anything is wrong with them. */
export function findBases(project: Project): readonly string[] {
  return [...setOf(project, {}).bases().keys()].sort(compareText)
}

function setOf(project: Project, options: SetOptions): SourceSet {
  const folders = foldersOf(project)
  const kind: Kind = { name: 'definitions', baseOf: (value) => baseOf(value, folders) }
  return new SourceSet(project, kind, findDefinitions(project), project.config, options)
}

/** The definition files of a project, unread, and what is wrong with their folder. */
export function findDefinitions(project: Project): Found {
  const found = project.config.flows.map((folder, index) => {
    const { files, diagnostics, exists } = discover(project.root, folder)
    const faults = diagnostics.length > 0 ? diagnostics : folderFaults(project, index, exists, files.length)
    return { files, diagnostics: faults }
  })
  return {
    files: found.flatMap(({ files }) => files).sort((a, b) => compareText(a.file, b.file)),
    diagnostics: found.flatMap(({ diagnostics }) => diagnostics),
  }
}

function folderFaults(project: Project, index: number, exists: boolean | 'link', count: number): Diagnostic[] {
  if (exists && count > 0) return []
  const { flows } = project.config
  const folder = flows[index] ?? ''
  const pointer = flows.length === 1 ? '/flows' : `/flows/${index}`
  if (exists === 'link') return [linkedAway(project, 'flows', folder, pointer)]
  return [
    {
      severity: 'error',
      code: exists ? 'FOLDER_EMPTY' : 'FOLDER_MISSING',
      message: exists ? `there is no definition in the folder "${folder}"` : `there is no folder "${folder}"`,
      hint: exists ? 'a definition is a file that ends in .yaml or .yml' : 'make it, or name another one in "flows"',
      at: locateInConfig(project, pointer),
    },
  ]
}

/**
 * The line of the first field, without parsing: the first line that is not blank, a comment or a document start, if it
 * begins with the name of a field. Plans ask this for each of ten thousand new flows.
 */
function quickBodyLine(text: string): number | undefined {
  const before = /^(?:[ \t]*(?:#[^\n]*)?\r?\n|---[ \t]*\r?\n)*/.exec(text)?.[0] ?? ''
  const name = /^([a-z_]+):/.exec(text.slice(before.length, before.length + 40))?.[1]
  return BODY_FIELDS.some((field) => field === name) ? before.split('\n').length : undefined
}
