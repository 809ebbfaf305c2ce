import { compareDiagnostics, concerning, type Diagnostic, hasError } from '../../model/diagnostic.js'
import { InvalidDefinitions } from '../failure.js'
import { type Definitions, readDefinitions } from './definitions.js'
import { type Policies, readPolicies } from './policies.js'
import type { Project } from './project.js'
import type { Tests } from './tests.js'

export interface Sources {
  readonly definitions: Definitions
  readonly policies: Policies
  /** Everything that is wrong with definitions or policies. */
  readonly diagnostics: readonly Diagnostic[]
}

/** The definitions and policies of a project, with everything that is wrong with them. */
export async function readSources(project: Project, options: { cache?: boolean } = {}): Promise<Sources> {
  const definitions = readDefinitions(project, options)
  const policies = await readPolicies(project, options)
  const diagnostics = [...definitions.diagnostics, ...policies.diagnostics].sort(compareDiagnostics)
  return { definitions, policies, diagnostics }
}

export interface TestedSources extends Sources {
  readonly tests: Tests
}

/** The same with the tests, and with everything that is wrong with any of them. */
export async function readTestedSources(project: Project, options: { cache?: boolean } = {}): Promise<TestedSources> {
  const sources = await readSources(project, options)
  const { readTests } = await import('./tests.js')
  const tests = await readTests(project, sources, options)
  const diagnostics = [...sources.diagnostics, ...tests.diagnostics].sort(compareDiagnostics)
  return { ...sources, tests, diagnostics }
}

/** Definitions, policies and tests without errors; otherwise throws InvalidDefinitions with all errors. */
export async function checkedTestedSources(project: Project): Promise<TestedSources> {
  return checked(project, await readTestedSources(project))
}

/**
 * Definitions and policies without errors in this environment; otherwise throws InvalidDefinitions with all errors, also
 * those of other environments.
 */
export async function checkedSources(project: Project, environment: string): Promise<Sources> {
  return checked(project, await readSources(project), environment)
}

/** The same for definitions alone; without an environment, in all of them. */
export function checkedDefinitions(project: Project, environment?: string): Definitions {
  return checked(project, readDefinitions(project), environment)
}

/** Policies without errors, for callers that need no definitions. */
export async function checkedPolicies(project: Project): Promise<Policies> {
  return checked(project, await readPolicies(project))
}

function checked<T extends { readonly diagnostics: readonly Diagnostic[] }>(
  { root }: Project,
  read: T,
  environment?: string,
): T {
  const { diagnostics } = read
  const counting = environment === undefined ? diagnostics : concerning(diagnostics, environment)
  if (hasError(counting)) throw new InvalidDefinitions(diagnostics, root)
  return read
}
