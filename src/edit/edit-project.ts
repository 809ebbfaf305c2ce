import { locateField } from '../load/locate-field.js'
import { parse } from '../load/parse.js'
import { SourceMap } from '../load/source-map.js'
import { type FlowConfig, type FlowKey, pathInDefinition } from '../model/flow.js'
import { fromPointer, toPointer } from '../model/json-pointer.js'
import type { Modes } from '../model/mode.js'
import type { Assurance, Field } from '../model/plan.js'
import { assess } from '../plan/assurance.js'
import { diff } from '../plan/diff.js'
import { isComplete } from '../validate/definition.js'
import { checkDefinitionSet } from '../validate/definition-set.js'
import { configOf, isValid } from './around.js'
import { definitionOf } from './edit-definition.js'
import { editLayers, type Layered, type Override } from './edit-layers.js'
import { newDefinition } from './new-definition.js'

/** The wanted state of one flow in the environment. */
export interface FlowTarget {
  readonly key: FlowKey
  /** The key of its present definition, if that differs: the file is then renamed. */
  readonly definition?: FlowKey
  /** null: the flow is gone, and its definition is removed too, for every environment. */
  readonly config: FlowConfig | null
}

export interface ProjectFiles {
  /** Every definition. Texts are needed only for definitions that a target is about. */
  readonly definitions: readonly { readonly key: FlowKey; readonly file: string }[]
  text(file: string): string
  /** What a definition extends, and the values of variables; by default nothing and none. */
  layered?(file: string): Layered
  /** The folder of definitions, where new files are created. */
  readonly folder: string
  /** Relative address of the schema for the modeline of a new file; undefined for none. */
  schemaFor(file: string): string | undefined
  readonly environment: string
  /** Every environment of the configuration. */
  readonly environments: Modes
  /** Keys that flows of the environment have now: a flow cannot have been renamed from any of these. */
  readonly keysInUse: ReadonlySet<FlowKey>
}

/** One changed file. `fields` are fields of the environment's flow, each with its line in the new text. */
export type FileEdit = {
  readonly key: FlowKey
  readonly file: string
  readonly fields: readonly Field[]
  /** What the edit does to the verification in that environment. */
  readonly assurance: Assurance
  /** Fields that the definition says itself from now on. */
  readonly overrides?: readonly Override[]
} & (
  | {
      readonly kind: 'edit'
      readonly before: string
      readonly text: string
      /** Whether the file is a base that only this definition extends. */
      readonly isBase?: boolean
    }
  | { readonly kind: 'create'; readonly text: string }
  | {
      readonly kind: 'rename'
      readonly previousFile: string
      readonly before: string
      readonly text: string
      /** Whether other environments follow the rename, by `renamed_from`. */
      readonly isFollowed: boolean
    }
  | { readonly kind: 'remove'; readonly before: string }
)

/**
 * The files that must change so that the definitions match the targets. Nothing is written. Throws if a target is
 * impossible: a new file whose key has a definition, or a set of definitions that would be invalid.
 */
export function editProject(files: ProjectFiles, targets: readonly FlowTarget[]): FileEdit[] {
  const edits = targets.flatMap((target) => editsFor(files, target, targets))
  checkResult(files, edits)
  return edits
}

function editsFor(files: ProjectFiles, target: FlowTarget, targets: readonly FlowTarget[]): FileEdit[] {
  const { key, config } = target
  const { environment, environments } = files
  const existing = files.definitions.find((one) => one.key === (target.definition ?? key))
  if (existing === undefined) return config === null ? [] : [create(files, key, config)]
  const before = files.text(existing.file)
  const { bases, variables } = files.layered?.(existing.file) ?? { bases: [], variables: {} }
  const around = { below: bases.map(({ value }) => value), above: [], variables }
  const was = configOf(definitionOf(existing.file, before, environments, around), { environment, environments, around })
  if (config === null) {
    return [{ kind: 'remove', key, file: existing.file, before, fields: [], assurance: assuranceOf(was, null) }]
  }
  const previousKey = existing.key === key ? undefined : existing.key
  const isFollowed =
    previousKey !== undefined &&
    !files.keysInUse.has(previousKey) &&
    !targets.some((other) => other.key === previousKey)
  const made = editLayers(
    { file: existing.file, text: before },
    { bases, variables },
    {
      environment,
      environments,
      config,
      ...(previousKey !== undefined && { renamedFrom: isFollowed ? previousKey : null }),
    },
  )
  let left = was
  const baseEdits = made.bases.map(({ file, before, text, config: then }): FileEdit => {
    const fields = placed(text, files, diff(left, then))
    const assurance = assuranceOf(left, then)
    left = then
    return { kind: 'edit', key, file, before, text, fields, assurance, isBase: true }
  })
  const { text } = made.definition
  const about = {
    fields: placed(text, files, diff(left, config)),
    assurance: assuranceOf(left, config),
    ...(made.overrides.length > 0 && { overrides: made.overrides }),
  }
  if (previousKey !== undefined) {
    const file = existing.file.replace(/[^/]+(\.ya?ml)$/, `${key}$1`)
    const renamed = { kind: 'rename', key, file, previousFile: existing.file, before, text, isFollowed } as const
    return [...baseEdits, { ...renamed, ...about }]
  }
  return text === before
    ? baseEdits
    : [...baseEdits, { kind: 'edit', key, file: existing.file, before, text, ...about }]
}

function create(files: ProjectFiles, key: FlowKey, config: FlowConfig): FileEdit {
  const file = `${files.folder}/${key}.yaml`
  const schema = files.schemaFor(file)
  // A static link belongs to one environment. In the body, the next apply would open one in every other, too.
  const linkOnlyIn = files.environments.size > 1 ? files.environment : undefined
  const text = newDefinition(file, config, {
    mode: files.environments.get(files.environment) ?? 'test',
    schema,
    linkOnlyIn,
  })
  const fields = placed(text, files, diff(null, config))
  return { kind: 'create', key, file, text, fields, assurance: assuranceOf(null, config) }
}

/** Judges only the definition. The plan has to say if callers use a key that is removed. */
function assuranceOf(before: FlowConfig | null, after: FlowConfig | null): Assurance {
  const action = before === null ? 'create' : after === null ? 'archive' : 'update'
  return assess({ action, before, after, wasActive: before !== null, previousKey: null, sessions: 0 })
}

function placed(text: string, { environment, environments }: ProjectFiles, fields: readonly Field[]): Field[] {
  const source = new SourceMap(text)
  const mode = environments.get(environment) ?? 'test'
  const placeOf = (path: string) => toPointer(pathInDefinition(fromPointer(path), mode))
  return fields.map((field) => ({
    ...field,
    line: locateField(source, environment, placeOf(field.path))?.line ?? null,
  }))
}

/** Each text was checked alone; this checks keys and renames across all. */
function checkResult(files: ProjectFiles, edits: readonly FileEdit[]): void {
  const touched = new Map(edits.map((edit) => [edit.kind === 'rename' ? edit.previousFile : edit.file, edit]))
  const kept = files.definitions.filter(({ file }) => !touched.has(file)).map((one) => ({ ...one, value: undefined }))
  const changed = edits.flatMap((edit) => {
    if (edit.kind === 'remove' || (edit.kind === 'edit' && edit.isBase)) return []
    const { value } = parse(edit.file, edit.text)
    // What extends a base or names a variable was checked with these when it was edited.
    if (isComplete(value) && !isValid(value, files.environments)) {
      throw new Error(`${edit.file} would not be valid`)
    }
    return [{ key: edit.key, file: edit.file, value }]
  })
  const [issue] = checkDefinitionSet([...kept, ...changed])
  if (issue !== undefined) throw new Error(`${issue.file} would not be valid: ${issue.issue.message}`)
}
