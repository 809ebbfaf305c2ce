import type { FileEdit } from '../../edit/edit-project.js'
import { keptLinks } from '../../edit/kept-links.js'
import type { FlowKey } from '../../model/flow.js'
import { Failure } from '../failure.js'
import { checkReach } from '../reach.js'
import type { Editing } from './open.js'
import { editsFor } from './write-edits.js'

/**
 * The edits that adopting needs. An open link stays open: closing it is a change of its own, to be reviewed. Nothing is
 * written here; an apply limited to these flows takes them over. Throws Failure if one of them cannot be adopted.
 */
export function editsToAdopt(editing: Editing, keys: readonly FlowKey[]): FileEdit[] {
  const { site, definitions, state } = editing
  const { project, target } = site
  const defined = definitions.desired(target.name)
  checkUnmanaged(
    editing,
    keys,
    defined.map(({ key }) => key),
    false,
  )
  const desired = defined.filter(({ key }) => keys.includes(key))
  const targets = keptLinks(state.flows, desired, ({ file }) => definitions.body(file, target.name))
  return editsFor(project, definitions, target.name, targets, state)
}

/** Throws with every reason why these flows cannot be taken over. `isImport`: they must not have a definition yet. */
export function checkUnmanaged(
  { site, state }: Editing,
  keys: readonly FlowKey[],
  defined: readonly FlowKey[],
  isImport: boolean,
): void {
  const [project, environment] = [site.project.config.project, site.target.name]
  checkReach(state, [], keys)
  const faults = keys.flatMap((key) => {
    const flow = state.flows.find((one) => one.key === key)
    if (flow === undefined) return [`there is no flow "${key}" in ${environment}`]
    if (flow.project === project)
      return [`"${key}" is managed by this project already: flows pull writes its edits here`]
    if (flow.project !== null)
      return [`"${key}" is managed by project "${flow.project}": that project must give it up first`]
    if (flow.status === 'archived') return [`"${key}" is archived: restore it in the service first`]
    if (isImport && defined.includes(key))
      return [`"${key}" has a definition already: flows adopt ${key} takes the flow over`]
    if (!isImport && !defined.includes(key)) return [`"${key}" has no definition: flows import ${key} makes one`]
    return []
  })
  if (faults.length > 0) throw new Failure('not_adoptable', `Nothing was written: ${faults.join('; ')}.`)
}
