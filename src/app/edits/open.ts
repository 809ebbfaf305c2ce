import type { ObservedState } from '../../model/state.js'
import { InvalidDefinitions } from '../failure.js'
import { type Definitions, readDefinitions } from '../project/definitions.js'
import type { Project } from '../project/project.js'
import { checkedDefinitions } from '../project/sources.js'
import { type Site, stateOf } from '../site.js'
import { finishEdits } from './write-edits.js'

/** Definitions that are about to be edited, and the state that guides the edits. */
export interface Editing {
  readonly site: Site
  readonly definitions: Definitions
  readonly state: ObservedState
}

/**
 * Reads what edits start from. Before that, it finishes what a killed run began. `check`: nothing may be written.
 * `mayBeEmpty`: the project need not have definitions yet.
 */
export async function openForEdits(
  site: Site,
  { check = false, mayBeEmpty = false }: { readonly check?: boolean; readonly mayBeEmpty?: boolean } = {},
): Promise<Editing> {
  const { project } = site
  finishEdits(site, check)
  const definitions = mayBeEmpty ? definitionsSoFar(project) : checkedDefinitions(project)
  return { site, definitions, state: await stateOf(site) }
}

/** Definitions without errors; a project that has none yet is no error. */
export function definitionsSoFar(project: Project): Definitions {
  const definitions = readDefinitions(project)
  const faults = definitions.diagnostics.filter(({ code }) => code !== 'FOLDER_EMPTY' && code !== 'FOLDER_MISSING')
  if (faults.length > 0) throw new InvalidDefinitions(faults, project.root)
  return definitions
}
