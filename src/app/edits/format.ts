import { TEST_FILES } from '../../load/discover.js'
import { type Formatted, formatDefinition, formatPolicy, formatTests } from '../../load/format.js'
import { formatFiles } from '../../load/format-files.js'
import { compareDiagnostics, type Diagnostic } from '../../model/diagnostic.js'
import { findBases, findDefinitions } from '../project/definitions.js'
import { findPolicies, policiesFolder } from '../project/policies.js'
import type { Project } from '../project/project.js'
import { findTests, testsFolder } from '../project/tests.js'
import { schemaFor } from './schema-for.js'

/** Files that are not in standard layout, each with its text in that layout, and what is wrong with other files. */
export interface Untidy {
  readonly files: readonly { readonly file: string; readonly text: string }[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * What the standard layout makes of definitions, bases, policies and tests: of the named ones, else of all. Writes
 * nothing.
 */
export function untidyFiles(project: Project, named: readonly string[]): Untidy {
  const all = [findDefinitions(project), findPolicies(project), findTests(project)]
  const bases = findBases(project)
  const found = [...all.flatMap(({ files }) => files.map(({ file }) => file)), ...bases]
  const files = named.length > 0 ? named : found
  const formatted = formatFiles(project.root, files, (file, text) => tidy(project, file, text, bases))
  const faults = named.length > 0 ? [] : all.flatMap(({ diagnostics }) => diagnostics)
  return {
    files: formatted.flatMap(({ file, text }) => (text === undefined ? [] : [{ file, text }])),
    diagnostics: [...faults, ...formatted.flatMap(({ diagnostics }) => diagnostics)].sort(compareDiagnostics),
  }
}

function tidy(project: Project, file: string, text: string, bases: readonly string[]): Formatted {
  if (isTest(project, file)) return formatTests(file, text, { schema: schemaFor(project, file, 'test') })
  if (isPolicy(project, file)) return formatPolicy(file, text, { schema: schemaFor(project, file, 'policy') })
  return formatDefinition(file, text, { schema: schemaFor(project, file, bases.includes(file) ? 'base' : 'flow') })
}

export function isTest(project: Project, file: string): boolean {
  const folder = testsFolder(project)
  return folder !== undefined && file.startsWith(`${folder}/`) && TEST_FILES.right.test(file)
}

export function isPolicy(project: Project, file: string): boolean {
  const folder = policiesFolder(project)
  return folder !== undefined && file.startsWith(`${folder}/`)
}
