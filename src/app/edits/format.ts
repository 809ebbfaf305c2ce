import { formatDefinition, formatPolicy } from '../../load/format.js'
import { formatFiles } from '../../load/format-files.js'
import { compareDiagnostics, type Diagnostic } from '../../model/diagnostic.js'
import { findBases, findDefinitions } from '../project/definitions.js'
import { findPolicies, policiesFolder } from '../project/policies.js'
import type { Project } from '../project/project.js'
import { schemaFor } from './write-definition.js'

/** Files that are not in standard layout, each with its text in that layout, and what is wrong with other files. */
export interface Untidy {
  readonly files: readonly { readonly file: string; readonly text: string }[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What the standard layout makes of definitions, bases and policies: of the named ones, else of all. Nothing is written. */
export function untidyFiles(project: Project, named: readonly string[]): Untidy {
  const all = [findDefinitions(project), findPolicies(project)]
  const bases = findBases(project)
  const found = [...all.flatMap(({ files }) => files.map(({ file }) => file)), ...bases]
  const files = named.length > 0 ? named : found
  const formatted = formatFiles(project.root, files, (file, text) =>
    isPolicy(project, file)
      ? formatPolicy(file, text, { schema: schemaFor(project, file, 'policy') })
      : formatDefinition(file, text, { schema: schemaFor(project, file, bases.includes(file) ? 'base' : 'flow') }),
  )
  const faults = named.length > 0 ? [] : all.flatMap(({ diagnostics }) => diagnostics)
  return {
    files: formatted.flatMap(({ file, text }) => (text === undefined ? [] : [{ file, text }])),
    diagnostics: [...faults, ...formatted.flatMap(({ diagnostics }) => diagnostics)].sort(compareDiagnostics),
  }
}

export function isPolicy(project: Project, file: string): boolean {
  const folder = policiesFolder(project)
  return folder !== undefined && file.startsWith(`${folder}/`)
}
