import { discover } from '../../load/discover.js'
import { locateField } from '../../load/locate-field.js'
import { compareText } from '../../model/canonical.js'
import type { Diagnostic, SourcePosition } from '../../model/diagnostic.js'
import { BODY_FIELDS, configIn, type FlowKey } from '../../model/flow.js'
import { modesOf } from '../../model/mode.js'
import type { FlowDefinition } from '../../model/schema-types.js'
import type { DesiredFlow } from '../../model/state.js'
import { checkDefinition } from '../../validate/definition.js'
import { checkDefinitionSet } from '../../validate/definition-set.js'
import { linkedAway, locateInConfig, type Project } from './project.js'
import { type Found, type SetOptions, SourceSet } from './source-set.js'

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
  /** The flows of one environment in order of key. Only if there are no errors; throws if files changed since. */
  desired(environment: string): DesiredFlow[]
  /** Where the definition sets this field for this environment; null if a default sets it. */
  locate(file: string, environment: string, pointer: string): SourcePosition | null
  /** Line of the first field of the body; 1 if the file has changed since. */
  bodyLine(file: string): number
  /** The text of a definition as it was read and checked; undefined if the file has changed since. */
  text(file: string): string | undefined
}

/** Reads and checks the definitions of a project. Mistakes of users never make it throw. */
export function readDefinitions(project: Project, options: SetOptions = {}): Definitions {
  const set = new SourceSet(project, 'definitions', findDefinitions(project), project.config, options)
  const modes = modesOf(project.config.environments)
  const checks = {
    file: ({ value }: { readonly value: unknown }) => ({ issues: checkDefinition(value, modes) }),
    set: checkDefinitionSet,
  }
  const diagnostics = set.isValid ? [] : set.check(checks)
  return {
    count: set.listed.length,
    keys: set.listed.map(({ key }) => key),
    digest: set.digest,
    diagnostics,
    desired: (environment) => {
      if (diagnostics.length > 0) throw new Error('definitions with errors describe no flows')
      return set
        .read()
        .map(({ file, key, value }) => {
          const definition = value as FlowDefinition
          const { renamed_from: renamedFrom = null } = definition
          return { key, renamedFrom, config: configIn(definition, environment), file }
        })
        .sort((a, b) => compareText(a.key, b.key))
    },
    locate: (file, environment, pointer) => {
      const source = set.source(file)
      const place = source === undefined ? null : locateField(source, environment, pointer)
      return place === null ? null : { file, ...place }
    },
    bodyLine: (file) => {
      const text = set.text(file)
      if (text === undefined) return 1
      return quickBodyLine(text) ?? set.source(file)?.firstLine(BODY_FIELDS) ?? 1
    },
    text: (file) => set.text(file),
  }
}

/** The definition files of a project, unread, and what is wrong with their folder. */
export function findDefinitions(project: Project): Found {
  const { files, diagnostics, exists } = discover(project.root, project.config.flows)
  return { files, diagnostics: diagnostics.length > 0 ? diagnostics : folderFaults(project, exists, files.length) }
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

/**
 * The line of the first field, without parsing: the first line that is not blank, a comment or a document start, if it
 * begins with the name of a field. Plans ask this for each of ten thousand new flows.
 */
function quickBodyLine(text: string): number | undefined {
  const before = /^(?:[ \t]*(?:#[^\n]*)?\r?\n|---[ \t]*\r?\n)*/.exec(text)?.[0] ?? ''
  const name = /^([a-z_]+):/.exec(text.slice(before.length, before.length + 40))?.[1]
  return BODY_FIELDS.some((field) => field === name) ? before.split('\n').length : undefined
}
